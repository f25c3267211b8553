import { StringDecoder } from 'node:string_decoder'

import { MAX_FRAME_BYTES } from './frames.ts'

/** What the newline leaves of a frame. Bytes. */
const LINE_LIMIT = MAX_FRAME_BYTES - 1

/** One frame as the bytes that go on the wire: JSON on a line of its own. Throws `RangeError` beyond 1 MiB. */
export function encodeFrame(frame: object): string {
  const line = JSON.stringify(frame) + '\n'
  if (isLonger(line, MAX_FRAME_BYTES)) {
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
 * Splits a byte stream into frames. Feed it chunks as they come: characters and lines may be cut anywhere.
 * Throws a `SyntaxError` that says what came instead of a frame; the stream is of no use afterwards.
 */
export class FrameDecoder {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  /** Hands each frame completed by `chunk` to `onFrame`, in order. */
  push(chunk: Buffer, onFrame: (frame: RawFrame) => void): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (isLonger(line, LINE_LIMIT)) throw tooLong(line)
      if (line.trim() !== '') onFrame(parseFrame(line))
    }
    if (isLonger(this.#rest, LINE_LIMIT)) {
      const rest = this.#rest
      this.#rest = ''
      throw tooLong(rest)
    }
  }
}

function isLonger(text: string, bytes: number): boolean {
  // A UTF-16 unit is at most three bytes, so short texts need no counting.
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes
}

function tooLong(line: string): SyntaxError {
  return new SyntaxError(`a line longer than ${MAX_FRAME_BYTES} bytes, which begins with ${excerpt(line)}`)
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

function excerpt(line: string): string {
  return JSON.stringify(line.length > 80 ? line.slice(0, 80) + '…' : line)
}
