import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

/**
 * What is kept of a file for explorations that it does not have, as after one was renamed. One whose name stands in the file may be
 * declared at other times. Throws `ERR_FAILURE_INVALID` for a file that is damaged.
 * @param file the test file
 * @param names of all explorations that it has
 */
export function strayFailures(file: string, names: readonly string[]): KnownFailure[] {
  const unnamed = filesIn(failuresDirectory(file))
    .map((kept) => ({ file: kept, failure: readFailure(kept) }))
    .filter(
      ({ file: kept, failure }) =>
        failure.exploration !== undefined &&
        failure.file !== undefined &&
        path.resolve(path.dirname(kept), failure.file) === file &&
        !names.includes(failure.exploration),
    )
  if (unnamed.length === 0) return []
  const text = readFileSync(file, 'utf8')
  const stands = (name: string): boolean =>
    [`'`, `"`, '`'].some((quote) => text.includes(quote + name + quote))
  return unnamed.filter(({ failure }) => !failure.exploration?.split(' > ').every(stands))
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
