import fs from 'node:fs'
import path from 'node:path'

import { systemCode } from '../../errors.ts'
import { isRecord } from '../../json.ts'
import { existingDirectory, installedVersion, invalidProject } from '../project-directory.ts'
import { type PackageManager, packageManagerOf } from './package-manager.ts'

/** What is known of a project before anything is written. Files are named from its directory. */
export interface Project {
  readonly directory: string
  /** Its package.json, if there is one. */
  readonly manifest: { readonly text: string; readonly value: Readonly<Record<string, unknown>> } | undefined
  /** The configuration that Vitest would take. */
  readonly config: { readonly file: string; readonly text: string } | undefined
  /** Where its tests are. */
  readonly tests: string
  /** The root of the repository that it is in, if it is another directory. */
  readonly repository: string | undefined
  readonly packageManager: PackageManager
  /** The packages that it neither has nor asks for. */
  readonly missing: readonly string[]
}

const TEST_FOLDERS = ['test', 'tests', '__tests__', 'spec']

/** In the order in which Vitest looks. */
const CONFIGS = ['vitest.config', 'vite.config'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((type) => `${name}.${type}`),
)

/** Reads a project. Throws `ERR_PROJECT_INVALID` when there is no such directory, or its package.json does not parse. */
export function readProject(given: string): Project {
  const directory = existingDirectory(given)
  const manifest = manifestOf(directory)
  const root = repositoryOf(directory)
  const config = CONFIGS.find((file) => isFile(path.join(directory, file)))
  return {
    directory,
    manifest,
    config: config === undefined ? undefined : { file: config, text: read(path.join(directory, config)) },
    tests: TEST_FOLDERS.find((folder) => fs.existsSync(path.join(directory, folder))) ?? 'test',
    repository: root === directory ? undefined : root,
    packageManager: packageManagerOf(directory, manifest?.value['packageManager'], root ?? directory),
    missing: ['vitest', 'vitest-supervise'].filter((name) => !has(name, directory, manifest?.value ?? {})),
  }
}

function manifestOf(directory: string): Project['manifest'] {
  const file = path.join(directory, 'package.json')
  if (!fs.existsSync(file)) return undefined
  const text = read(file)
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (isRecord(value)) return { text, value }
  } catch (error) {
    throw invalidProject(`${file} does not parse: ${(error as Error).message}. Mend it first.`)
  }
  throw invalidProject(`${file} holds no object. Mend it first.`)
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    throw invalidProject(`${file} cannot be read (${systemCode(error) ?? String(error)}).`)
  }
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

/** The nearest directory at or above that is the root of a repository. */
function repositoryOf(directory: string): string | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, '.git'))) return at
    if (at === path.dirname(at)) return undefined
  }
}

function has(name: string, directory: string, manifest: Readonly<Record<string, unknown>>): boolean {
  const lists = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].map(
    (kind) => manifest[kind],
  )
  if (lists.some((list) => isRecord(list) && Object.hasOwn(list, name))) return true
  return installedVersion(name, directory) !== undefined
}
