import { closeSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { messageOf, systemCode } from '../errors.ts'
import { underLimit } from './under-limit.ts'

/** The ways in which the system can be made to refuse a start, each with the error that it gives. */
export const REFUSALS = {
  notFound: 'ENOENT',
  missingDirectory: 'ENOENT',
  notExecutable: 'EACCES',
  badInterpreter: 'ENOENT',
  argumentsTooLong: 'E2BIG',
  textFileBusy: 'ETXTBSY',
  symlinkLoop: 'ELOOP',
  nameTooLong: 'ENAMETOOLONG',
  forkFails: 'EAGAIN',
  tooManyFiles: 'EMFILE',
} as const

export type Refusal = keyof typeof REFUSALS

/** A start that is going to be refused: what is different about it. */
export interface RefusedStart {
  /** What is started instead. */
  readonly file?: string
  /** Arguments after those that it has. */
  readonly args?: readonly string[]
  readonly cwd?: string
  /**
   * Runs the start itself, which must be synchronous, under the circumstances in which it is refused. If they cannot be
   * had, `impossible` is told why, and it is run without.
   */
  within<T>(start: () => T, impossible: (reason: string) => void): T
  /** Removes what was laid out for it. Call it when nobody looks at the file any more. Idempotent. */
  undo(): void
}

/** Longer than one argument, or all of them, may be on any system. Bytes. */
const TOO_LONG = 2 ** 21
/** Longer than one name may be on any system. */
const TOO_LONG_A_NAME = 256

/** How a command is started: itself, as the module of a Node process, or in a line of a shell. */
export type Way = 'file' | 'module' | 'shell'

/** Why a start of this kind cannot be refused in this way, if it cannot. */
export function obstacleOf(way: Way, refusal: Refusal, platform = process.platform): string | undefined {
  // It is not the file that the system is not content with, but what comes with it.
  if (['missingDirectory', 'argumentsTooLong', 'forkFails', 'tooManyFiles'].includes(refusal))
    return undefined
  if (platform === 'win32') return 'on Windows a command has no file of its own'
  if (way === 'module')
    return '`fork` starts Node itself, and not the file of the command; use `spawn(command.file)`'
  if (way === 'shell')
    return 'a shell was started, and not the file of the command; use `spawn(command.file)`'
  return undefined
}

/**
 * Lays out what it takes to have a start refused, so that the error is the system's own. What is started meanwhile from
 * elsewhere is not disturbed, but by `forkFails` and `tooManyFiles`, which are about the whole process. Undefined if it cannot
 * be laid out, when `impossible` has been told why: the error of that must not pass for that of the start.
 * @param place a path at which nothing is
 */
export function refuse(
  refusal: Refusal,
  place: string,
  impossible: (reason: string) => void,
): RefusedStart | undefined {
  try {
    return layOut(refusal, place)
  } catch (error) {
    impossible(`the file for it could not be made: ${messageOf(error)}`)
    return undefined
  }
}

function layOut(refusal: Refusal, place: string): RefusedStart {
  switch (refusal) {
    case 'notFound':
      return plain({ file: place })
    case 'missingDirectory':
      return plain({ cwd: place })
    case 'argumentsTooLong':
      return plain({ args: ['x'.repeat(TOO_LONG)] })
    case 'nameTooLong':
      return plain({ file: path.join(path.dirname(place), 'x'.repeat(TOO_LONG_A_NAME)) })
    case 'forkFails':
      return { within: (start, impossible) => underLimit('nproc', place, start, impossible), undo() {} }
    case 'tooManyFiles':
      return { within: (start, impossible) => underLimit('nofile', place, start, impossible), undo() {} }
    case 'symlinkLoop':
      symlinkSync(place, place)
      return decoy(place)
    case 'textFileBusy':
      return openForWriting(place)
    case 'notExecutable':
      // Without one execute bit not even root may.
      write(place, '#!/bin/sh\nexit 0\n', 0o600)
      return decoy(place)
    case 'badInterpreter':
      write(place, `#!${place}-interpreter\n`, 0o700)
      return decoy(place)
  }
}

function plain(change: Pick<RefusedStart, 'file' | 'args' | 'cwd'>): RefusedStart {
  return { ...change, within: (start) => start(), undo() {} }
}

function decoy(file: string): RefusedStart {
  return { file, within: (start) => start(), undo: () => rmSync(file, { force: true }) }
}

function openForWriting(file: string): RefusedStart {
  write(file, '#!/bin/sh\nexit 0\n', 0o700)
  return {
    ...decoy(file),
    within(start) {
      const fd = openSync(file, 'r+')
      try {
        return start()
      } finally {
        closeSync(fd)
      }
    },
  }
}

/** All of it, or nothing. What somebody else has there stays. */
function write(file: string, text: string, mode: number): void {
  try {
    writeFileSync(file, text, { mode, flag: 'wx' })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') rmSync(file, { force: true })
    throw error
  }
}
