import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { systemCode } from '../../errors.ts'
import type { Failure } from './failure.ts'
import { readFailure } from './failure-file.ts'

/** A failure that was found before, and its file. */
export interface KnownFailure {
  readonly file: string
  readonly failure: Failure
}

/** Where the failures of the explorations of a file are kept: beside it. */
export function failuresDirectory(file: string): string {
  return path.join(path.dirname(file), '__failures__')
}

/**
 * What an exploration of this file has failed by before, in the order of the failures' files. Those that say no file, or one that
 * is gone, as by a new name, are of any that has an exploration of that name. Throws `ERR_FAILURE_INVALID` for a file that is damaged.
 */
export function knownFailures(source: string, exploration: string): KnownFailure[] {
  const directory = failuresDirectory(source)
  const isOfSource = ({ file = source }: Failure): boolean => {
    const own = path.resolve(directory, file)
    return own === path.resolve(source) || !existsSync(own)
  }
  return filesIn(directory)
    .map((file) => ({ file, failure: readFailure(file) }))
    .filter(({ failure }) => failure.exploration === exploration && isOfSource(failure))
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .map((name) => path.join(directory, name))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
