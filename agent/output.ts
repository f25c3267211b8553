import { writeSync } from 'node:fs'

import { die } from './complain.ts'
import { systemCode } from './system-code.ts'

/**
 * Writes to standard output, and returns when the kernel has all of it. `whenClosed` is called instead when its
 * reader is gone; without room for it the process ends. Blocks while the reader is slow, as Node's own
 * `process.stdout` does on a pipe, but starts without loading streams.
 */
export function print(text: string | Buffer, whenClosed: () => void): void {
  try {
    writeAll(1, text)
  } catch (error) {
    if (systemCode(error) === 'ENOSPC') die('standard output has no room (ENOSPC).')
    // EPIPE, ECONNRESET, EIO of a terminal that went away, EBADF: in each case nobody reads on.
    whenClosed()
  }
}

/** Writes all of `data`, also where the descriptor is not a blocking one. Throws what `fs.writeSync` throws. */
export function writeAll(fd: number, data: string | Buffer): void {
  let rest = typeof data === 'string' ? Buffer.from(data) : data
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') throw error
      pause(1)
    }
  }
}

/** How many bytes are written one by one at most, so that a long text takes a moment and not minutes. */
const SLOWLY = 256

/** Writes the beginning of `data` byte by byte, each in a ms of its own, and the rest at once. */
export function writeSlowly(fd: number, data: string): void {
  const bytes = Buffer.from(data)
  for (let at = 0; at < Math.min(bytes.length, SLOWLY); at++) {
    writeAll(fd, bytes.subarray(at, at + 1))
    pause(1)
  }
  writeAll(fd, bytes.subarray(SLOWLY))
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
