import { closeSync, openSync, writeSync } from 'node:fs'

import { startHolder } from '../children.ts'
import { writeAll } from '../output.ts'
import { systemCode } from '../system-code.ts'
import { count, output } from './options.ts'
import type { Fault } from './stage.ts'

/** Its bytes make no character, wherever they are cut. */
const INVALID = Buffer.from('fffec328', 'hex')
const CHARACTER = Buffer.from('日')
/** How long the first half of a character is alone. Ms of the test's time. */
const HALF_LIFE = 10

export const outputFaults: Readonly<Record<string, Fault>> = {
  /** Prints `bytes` in lines of 80. */
  flood(options, _stage, confirm) {
    const { fd, stream } = output(options)
    const bytes = count(options, 'bytes')
    const line = `${'x'.repeat(79)}\n`
    write(fd, line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes))
    confirm({ bytes, stream })
  },
  /** Prints `bytes` with no newline among them. */
  endlessLine(options, _stage, confirm) {
    const { fd, stream } = output(options)
    const bytes = count(options, 'bytes')
    write(fd, 'x'.repeat(bytes))
    confirm({ bytes, stream })
  },
  /** Prints a line with no newline at its end, and exits with `code`, default 1. */
  partialLine(options, _stage, confirm) {
    const { fd, stream } = output(options)
    const code = count(options, 'code', 1)
    const text = 'a line without its en'
    write(fd, text)
    confirm({ bytes: text.length, code, stream }, () => process.exit(code))
  },
  /** Prints a character of three bytes in two writes. */
  async splitCharacter(options, stage, confirm) {
    const { fd, stream } = output(options)
    write(fd, CHARACTER.subarray(0, 1))
    await new Promise<void>((done) => stage.later(HALF_LIFE, done))
    write(fd, Buffer.concat([CHARACTER.subarray(1), Buffer.from('\n')]))
    confirm({ bytes: [1, CHARACTER.length - 1], stream })
  },
  /** Prints a line that is no UTF-8. */
  invalidUtf8(options, _stage, confirm) {
    const { fd, stream } = output(options)
    write(fd, Buffer.concat([INVALID, Buffer.from('\n')]))
    confirm({ bytes: INVALID.toString('hex'), stream })
  },
  ...(process.platform === 'win32' ? {} : { closeOutput, holdOutput }),
  ...(process.platform === 'linux' ? { fullOutput } : {}),
}

/** Lets go of an output: whoever reads it comes to its end. */
function closeOutput(...[options, , confirm]: Parameters<Fault>): void {
  const { fd, stream } = output(options)
  // What is opened next would get its number, and with it all that is printed.
  replace(fd, '/dev/null')
  confirm({ stream })
}

/** Puts a full disk behind an output. */
function fullOutput(...[options, , confirm]: Parameters<Fault>): void {
  const { fd, stream } = output(options)
  replace(fd, '/dev/full')
  try {
    writeSync(fd, '\n')
  } catch (error) {
    return confirm({ code: systemCode(error) ?? String(error), stream })
  }
  throw new Error('/dev/full took what was written')
}

/** Starts a process that holds both outputs open. */
async function holdOutput(...[, , confirm]: Parameters<Fault>): Promise<void> {
  await startHolder()
  confirm({ holds: ['stdout', 'stderr'] })
}

function write(fd: number, data: string | Buffer): void {
  try {
    writeAll(fd, data)
  } catch (error) {
    throw new Error(`its output cannot be written (${systemCode(error)})`, { cause: error })
  }
}

/** Opens `path` in the place of a descriptor, which is the lowest that is free once it is closed. */
function replace(fd: number, path: string): void {
  closeSync(fd)
  const opened = openSync(path, 'w')
  if (opened === fd) return
  closeSync(opened)
  throw new Error(`descriptor ${opened} was closed before`)
}
