import type { Duplex } from 'node:stream'

import { SuperviseError, systemCode } from '../errors.ts'
import { encodeFrame, FrameDecoder, type RawFrame } from './ndjson.ts'

/** What a channel tells its owner. */
export interface ChannelEvents {
  /** A frame, and the line that it came as. Never after the end. */
  onFrame(frame: RawFrame, line: string): void
  /** Once, at the end of the stream: undefined, or the `ERR_PROTOCOL` for which it was ended from this side. */
  onEnd(error: SuperviseError | undefined): void
}

/** One end of a connection that carries frames, whoever is at the other end. It owns the socket's `data` and errors. */
export class FrameChannel {
  readonly socket: Duplex
  readonly #events: ChannelEvents
  #ended = false
  /** Nobody reads what is written any more. */
  #broken = false

  /** @param peer how messages call the other end, as in `agent "web"` */
  constructor(socket: Duplex, peer: string, events: ChannelEvents) {
    this.socket = socket
    this.#events = events
    outliveWrites(socket, () => (this.#broken = true))
    const decoder = new FrameDecoder()
    const take = (chunk: Buffer): void => {
      if (this.#ended) return
      try {
        decoder.push(chunk, (frame, line) => {
          // What came together with that for which the connection was ended.
          if (!this.#ended) events.onFrame(frame, line)
        })
      } catch (cause) {
        if (!(cause instanceof SyntaxError)) throw cause
        this.refuse(`${peer} sent ${cause.message}: a frame is one JSON object on a line.`, cause)
      }
    }
    socket.on('data', take)
    // A peer that was killed can reset the connection: that is its end, like any other.
    socket.on('error', () => this.#end())
    socket.once('end', () => this.#end())
    socket.once('close', () => this.#end())
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Ends the connection because of what came over it, with an `ERR_PROTOCOL` that says this. */
  refuse(message: string, cause?: unknown): void {
    this.#end(new SuperviseError('ERR_PROTOCOL', message, { cause }))
    this.socket.destroy()
  }

  /** Writes a frame. Resolves when it has been handed to the kernel; false when the connection is over. */
  send(frame: object): Promise<boolean> {
    return this.write(encodeFrame(frame))
  }

  /** Whether frames still go out. */
  get open(): boolean {
    return !this.#ended && !this.#broken && this.socket.writable
  }

  /** Writes an encoded frame, otherwise like `send`. */
  write(line: string): Promise<boolean> {
    if (!this.open) return Promise.resolve(false)
    return new Promise((resolve) => this.socket.write(line, (error) => resolve(!error && !this.#broken)))
  }

  /** Has all that `body` writes go out in one piece: the other side cannot end between its parts. */
  together<T>(body: () => T): T {
    this.socket.cork()
    try {
      return body()
    } finally {
      this.socket.uncork()
    }
  }

  #end(error?: SuperviseError): void {
    if (this.#ended) return
    this.#ended = true
    this.#events.onEnd(error)
  }
}

type Written = (error?: Error | null) => void

/**
 * Keeps a socket alive to which a write fails because the other end is gone: what that has said before is still to be read,
 * and its end follows. Node would destroy it, with all that the kernel holds.
 */
function outliveWrites(socket: Duplex, onBroken: () => void): void {
  const forgive =
    (written: Written): Written =>
    (error) => {
      const code = systemCode(error)
      if (code !== 'EPIPE' && code !== 'ECONNRESET') return written(error)
      onBroken()
      written()
    }
  const { _write: write, _writev: writev } = socket
  socket._write = (chunk, encoding, written) =>
    Reflect.apply(write, socket, [chunk, encoding, forgive(written)])
  if (writev) socket._writev = (chunks, written) => Reflect.apply(writev, socket, [chunks, forgive(written)])
}
