import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { SuperviseError, systemCode } from '../errors.ts'
import { isRecord } from '../json.ts'

/** The real path of a directory that was named by the user. Throws `ERR_PROJECT_INVALID`. */
export function existingDirectory(given: string): string {
  try {
    const directory = fs.realpathSync(path.resolve(given))
    if (fs.statSync(directory).isDirectory()) return directory
    throw invalidProject(
      `${given} is no directory. Name the one that has the package.json of the project, or is to have it.`,
    )
  } catch (error) {
    if (error instanceof SuperviseError) throw error
    throw invalidProject(
      `There is no directory ${given} (${systemCode(error) ?? String(error)}). Make it first, or name another one.`,
    )
  }
}

/** The version of a package that modules in the directory find; undefined if there is none. */
export function installedVersion(name: string, directory: string): string | undefined {
  return installedManifest(name, directory)?.['version'] as string | undefined
}

/** The package.json of a package that modules in the directory find. */
export function installedManifest(
  name: string,
  directory: string,
): Readonly<Record<string, unknown>> | undefined {
  try {
    const manifest: unknown = createRequire(path.join(directory, 'package.json'))(`${name}/package.json`)
    return isRecord(manifest) ? manifest : undefined
  } catch {
    return undefined
  }
}

/** What is wrong with a project that is to be worked on. */
export function invalidProject(message: string): SuperviseError {
  return new SuperviseError('ERR_PROJECT_INVALID', message)
}
