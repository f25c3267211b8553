import { type Check, wholeNumber } from '../../option-checks.ts'
import {
  checkArgument,
  EVERYWHERE,
  type FactsOf,
  type Fault,
  LINUX,
  make,
  type OutputName,
  outputName,
  POSIX,
} from '../make.ts'

/** What it prints, or what becomes of that. `stream` is `'stdout'`, the default, or `'stderr'`. */
export const output = {
  /** Prints so many bytes at once, in lines of 80. Has happened when the kernel has them all: somebody has to read. */
  flood(bytes: number, stream: OutputName = 'stdout'): Fault {
    return printing('flood', bytes, stream)
  },
  /** Prints so many bytes with no newline among them, otherwise like `flood`. */
  endlessLine(bytes: number, stream: OutputName = 'stdout'): Fault {
    return printing('endlessLine', bytes, stream)
  },
  /** Prints a line that lacks its newline, and exits with a code from 0 to 255, default 1. */
  partialLine(code: number = 1, stream: OutputName = 'stdout'): Fault {
    checkArgument('partialLine', 'code', code, wholeNumber(255))
    return about('partialLine', stream, { code })
  },
  /** Prints the first byte of `日`, and its other two and a newline 10 ms of the test's time later. */
  splitCharacter(stream: OutputName = 'stdout'): Fault {
    return about('splitCharacter', stream)
  },
  /** Prints a line of bytes that are no UTF-8: `ff fe c3 28`. */
  invalidUtf8(stream: OutputName = 'stdout'): Fault {
    return about('invalidUtf8', stream)
  },
  /** Lets go of the stream, and lives: its reader comes to the end, and what is printed goes nowhere. Not on Windows. */
  closeOutput(stream: OutputName = 'stdout'): Fault {
    return about('closeOutput', stream)
  },
  /** Has no room for what it prints from then on: the system answers ENOSPC. Linux. */
  fullOutput(stream: OutputName = 'stdout'): Fault {
    return about('fullOutput', stream)
  },
  /** Starts a process that holds stdout and stderr open when the agent is gone: `close` comes long after `exit`. Not on Windows. */
  holdOutput(): Fault {
    return make('holdOutput', 'ready')
  },
}

export const outputFacts: FactsOf<typeof output> = {
  flood: { on: EVERYWHERE, finds: 'pipes that nobody reads, memory that grows' },
  endlessLine: { on: EVERYWHERE, finds: 'a line buffer without a limit' },
  partialLine: { on: EVERYWHERE, finds: 'a last line that is lost' },
  splitCharacter: { on: EVERYWHERE, finds: 'chunks that are decoded one by one' },
  invalidUtf8: { on: EVERYWHERE, finds: 'parsers that trust bytes' },
  closeOutput: { on: POSIX, finds: 'the end of output taken for an exit' },
  fullOutput: { on: LINUX, finds: 'logging that crashes the program' },
  holdOutput: { on: POSIX, finds: 'waiting on `close` instead of `exit`' },
}

/** More than this is no output, and would have to be in memory at once. Bytes. */
const MOST = 2 ** 28

const bytesFromOne: Check = (value, path) =>
  value === 0 || wholeNumber(MOST)(value, path) !== undefined
    ? `a whole number of bytes from 1 to ${MOST}`
    : undefined

function printing(name: string, bytes: number, stream: OutputName): Fault {
  checkArgument(name, 'bytes', bytes, bytesFromOne)
  return about(name, stream, { bytes })
}

function about(name: string, stream: OutputName, options: Record<string, number> = {}): Fault {
  checkArgument(name, 'stream', stream, outputName)
  return make(name, 'ready', { ...options, stream })
}
