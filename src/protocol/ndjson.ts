import { isUtf8 } from 'node:buffer'

import { MAX_FRAME_BYTES } from './frames.ts'

/** What the newline leaves of a frame. Bytes. */
const LINE_LIMIT = MAX_FRAME_BYTES - 1

/** Room for a line that comes in pieces, at first; what is larger is given back when the line is complete. Bytes. */
const SMALL = 4096

const NEWLINE = 0x0a

/**
 * One frame as the bytes that go on the wire: JSON on a line of its own. Throws `RangeError` beyond 1 MiB, and for what is
 * nested more deeply than can be written.
 */
export function encodeFrame(frame: object): string {
  const line = write(frame) + '\n'
  // A UTF-16 unit is at most three bytes, so short texts need no counting.
  if (line.length * 3 > MAX_FRAME_BYTES && Buffer.byteLength(line) > MAX_FRAME_BYTES) {
    throw new RangeError(
      `A protocol frame holds at most ${MAX_FRAME_BYTES} bytes, this one has ${Buffer.byteLength(line)}.`,
    )
  }
  return line
}

/** Anything with a `t`: what else a frame holds depends on that, and on who sent it. */
export interface RawFrame {
  readonly t: string
  readonly [field: string]: unknown
}

/**
 * Splits a byte stream into frames. Feed it chunks as they come: characters and lines may be cut anywhere. It holds no more
 * than one line of 1 MiB, and looks at each byte once.
 * Throws a `SyntaxError` that says what came instead of a frame; the stream is of no use afterwards.
 */
export class FrameDecoder {
  /** The beginning of a line whose end has not come: so many bytes of `#room`. */
  #length = 0
  #room = Buffer.alloc(0)

  /** Hands each frame completed by `chunk` to `onFrame`, in order, with its line. */
  push(chunk: Buffer, onFrame: (frame: RawFrame, line: string) => void): void {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#completed(chunk.subarray(start, end))
      start = end + 1
      if (isEmpty(line)) continue
      const text = line.toString('utf8')
      if (!isUtf8(line)) throw new SyntaxError(`${excerpt(text)}, which is not UTF-8`)
      if (text.trim() !== '') onFrame(parseFrame(text), text)
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
  }

  /** The whole line that ends with `part`. */
  #completed(part: Buffer): Buffer {
    if (this.#length === 0) {
      if (part.length > LINE_LIMIT) throw this.#tooLong(part)
      return part
    }
    this.#keep(part)
    const line = this.#room.subarray(0, this.#length)
    this.#length = 0
    if (this.#room.length > SMALL) this.#room = Buffer.alloc(0)
    return line
  }

  #keep(part: Buffer): void {
    const length = this.#length + part.length
    if (length > LINE_LIMIT) throw this.#tooLong(part)
    if (length > this.#room.length) {
      const room = Buffer.allocUnsafeSlow(
        Math.min(Math.max(length, this.#room.length * 2, SMALL), LINE_LIMIT),
      )
      this.#room.copy(room, 0, 0, this.#length)
      this.#room = room
    }
    part.copy(this.#room, this.#length)
    this.#length = length
  }

  #tooLong(part: Buffer): SyntaxError {
    const begin = Buffer.concat([this.#room.subarray(0, this.#length), part]).toString('utf8', 0, SMALL)
    this.#length = 0
    this.#room = Buffer.alloc(0)
    return new SyntaxError(`a line longer than ${MAX_FRAME_BYTES} bytes, which begins with ${excerpt(begin)}`)
  }
}

/** Text that came, as it can be quoted in one line of a message: its beginning, if it is long. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? text.slice(0, 80) + '…' : text)
}

function write(frame: object): string {
  try {
    return JSON.stringify(frame)
  } catch (cause) {
    // Reading nested JSON takes no stack, writing it does.
    if (!(cause instanceof RangeError)) throw cause
    throw new RangeError('A protocol frame cannot be nested so deeply.', { cause })
  }
}

/** Whether there is nothing in the line, without making a text of it: there may be a million such lines. */
function isEmpty(line: Buffer): boolean {
  return line.length === 0 || (line.length === 1 && line[0] === 0x0d)
}

function parseFrame(line: string): RawFrame {
  let frame: unknown
  try {
    frame = JSON.parse(line)
  } catch {
    throw new SyntaxError(`${excerpt(line)}, which is not JSON`)
  }
  if (typeof frame !== 'object' || frame === null || !('t' in frame) || typeof frame.t !== 'string') {
    throw new SyntaxError(`${excerpt(line)}, which is not an object with a "t"`)
  }
  return frame as RawFrame
}
