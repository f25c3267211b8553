import fs from 'node:fs'
import path from 'node:path'

import { glob } from 'tinyglobby'

import { SuperviseError } from '../../errors.ts'
import type { Collector } from '../../explore/campaign/collector.ts'
import type { Exploration } from '../../explore/exploration.ts'
import { collectExplorations, compileExplorations } from '../../explore/campaign/load.ts'

/** An exploration, and where it is from. */
export interface Found {
  /** The absolute path of the file. */
  readonly source: string
  readonly exploration: Exploration
  readonly collector: Collector
}

/**
 * The explorations of these files, which may be globs, in the order of the files. Files of a glob that declare none are passed
 * over. Throws `ERR_EXPLORE_LOAD` for files that are not there or do not load, for one that is named and declares none, and when
 * none of all does.
 */
export async function explorationsOf(patterns: readonly string[], signal: AbortSignal): Promise<Found[]> {
  const found: Found[] = []
  const files = await filesOf(patterns)
  for (const [source, isNamed] of files) {
    const collector = await collectExplorations(await compileExplorations(source, signal), source)
    if (collector.explorations.size === 0 && isNamed)
      throw cannotLoad(`${source} declares no exploration: it does not call \`explore\` of vitest-supervise.`)
    for (const exploration of collector.explorations.values()) found.push({ source, exploration, collector })
  }
  if (found.length === 0)
    throw cannotLoad(
      `No file of ${patterns.join(' ')} declares an exploration: none calls \`explore\` of vitest-supervise.`,
    )
  return found
}

/** The files, and whether each is named as it is. */
async function filesOf(patterns: readonly string[]): Promise<Map<string, boolean>> {
  if (patterns.length === 0)
    throw cannotLoad('No file is given. Name those that call `explore`, such as test/supervisor.test.ts.')
  const files = new Map<string, boolean>()
  for (const pattern of patterns) {
    const isFile = fs.statSync(pattern, { throwIfNoEntry: false })?.isFile() ?? false
    const matches = isFile
      ? [path.resolve(pattern)]
      : await glob(pattern, { absolute: true, ignore: '**/node_modules/**', expandDirectories: false })
    if (matches.length === 0)
      throw cannotLoad(`There is no file ${pattern} in ${process.cwd()}. Correct the path.`)
    for (const match of matches.toSorted()) {
      const file = path.resolve(match)
      files.set(file, isFile || (files.get(file) ?? false))
    }
  }
  return files
}

export function cannotLoad(message: string): SuperviseError {
  return new SuperviseError('ERR_EXPLORE_LOAD', message)
}
