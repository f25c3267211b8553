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
 * The explorations of these files, which may be globs, in the order of the files. Throws `ERR_EXPLORE_LOAD` for files that are
 * not there, do not load or declare none.
 */
export async function explorationsOf(patterns: readonly string[], signal: AbortSignal): Promise<Found[]> {
  const found: Found[] = []
  for (const source of await filesOf(patterns)) {
    const collector = await collectExplorations(await compileExplorations(source, signal), source)
    if (collector.explorations.size === 0)
      throw cannotLoad(`${source} declares no exploration: it does not call \`explore\` of vitest-supervise.`)
    for (const exploration of collector.explorations.values()) found.push({ source, exploration, collector })
  }
  return found
}

async function filesOf(patterns: readonly string[]): Promise<string[]> {
  if (patterns.length === 0)
    throw cannotLoad('No file is given. Name those that call `explore`, such as test/supervisor.test.ts.')
  const files = new Set<string>()
  for (const pattern of patterns) {
    const isFile = fs.statSync(pattern, { throwIfNoEntry: false })?.isFile()
    const matches = isFile
      ? [path.resolve(pattern)]
      : await glob(pattern, { absolute: true, ignore: '**/node_modules/**', expandDirectories: false })
    if (matches.length === 0)
      throw cannotLoad(`There is no file ${pattern} in ${process.cwd()}. Correct the path.`)
    for (const file of matches.toSorted()) files.add(path.resolve(file))
  }
  return [...files]
}

export function cannotLoad(message: string): SuperviseError {
  return new SuperviseError('ERR_EXPLORE_LOAD', message)
}
