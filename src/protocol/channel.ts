import type { Duplex } from 'node:stream'

import { SuperviseError } from '../errors.ts'
import { encodeFrame, FrameDecoder, type RawFrame } from './ndjson.ts'

/** What a channel tells its owner. */
export interface ChannelEvents {
  onFrame(frame: RawFrame): void
  /** Once, at the end of the stream: undefined, or the `ERR_PROTOCOL` for which the channel ended it. */
  onEnd(error: SuperviseError | undefined): void
}

/** One end of a connection that carries frames, whoever is at the other end. It owns the socket's `data` and errors. */
export class FrameChannel {
  readonly socket: Duplex
  #ended = false

  /** @param peer how messages call the other end, as in `agent "web"` */
  constructor(socket: Duplex, peer: string, events: ChannelEvents) {
    this.socket = socket
    const decoder = new FrameDecoder()
    const end = (error?: SuperviseError): void => {
      if (this.#ended) return
      this.#ended = true
      events.onEnd(error)
    }
    socket.on('data', (chunk: Buffer) => {
      if (this.#ended) return
      try {
        decoder.push(chunk, (frame) => events.onFrame(frame))
      } catch (cause) {
        if (!(cause instanceof SyntaxError)) throw cause
        end(
          new SuperviseError(
            'ERR_PROTOCOL',
            `${peer} sent ${cause.message}: a frame is one JSON object on a line.`,
            {
              cause,
            },
          ),
        )
        socket.destroy()
      }
    })
    // A peer that was killed can reset the connection: that is its end, like any other.
    socket.on('error', () => end())
    socket.once('end', () => end())
    socket.once('close', () => end())
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Writes a frame. Resolves when it has been handed to the kernel; false when the connection is over. */
  send(frame: object): Promise<boolean> {
    return this.write(encodeFrame(frame))
  }

  /** Whether frames still go out. */
  get open(): boolean {
    return !this.#ended && this.socket.writable
  }

  /** Writes an encoded frame, otherwise like `send`. */
  write(line: string): Promise<boolean> {
    if (!this.open) return Promise.resolve(false)
    return new Promise((resolve) => this.socket.write(line, (error) => resolve(!error)))
  }
}
