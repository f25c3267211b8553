import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'

import { builtin } from '../../preload/builtins.ts'
import { FrameChannel } from '../../protocol/channel.ts'
import { encodeFrame } from '../../protocol/ndjson.ts'
import type { ClockFrame, ParticipantFrame } from '../frames.ts'

/** What a lifeline tells whoever holds it. */
export interface LifelineEvents {
  onFrame(frame: ClockFrame): void
  /** The program has ended the connection, and there is a new one: nothing has been said over it yet. */
  onRenewed(): void
  /** Called once, when the clock is gone. */
  onEnd(): void
}

/** Who ends it again and again does not want it. */
const MOST_CONNECTIONS = 10

/** The connection of a thread to the clock of its test. */
export class Lifeline {
  readonly #path: string
  readonly #events: LifelineEvents
  #socket: Socket
  #channel: FrameChannel
  #connections = 0
  #over = false

  constructor(path: string, events: LifelineEvents) {
    this.#path = path
    this.#events = events
    this.#socket = this.#connect()
    this.#channel = this.#talk(this.#socket)
  }

  send(frame: ParticipantFrame): void {
    void this.#channel.send(frame)
  }

  /** Has it be sent before this returns, where the system lets that be: afterwards this thread may do nothing for a while. */
  sendNow(frame: ParticipantFrame): void {
    const { _handle: handle } = this.#socket as unknown as { _handle?: { fd?: number } | null }
    const fd = handle?.fd ?? -1
    if (fd < 0 || this.#socket.writableLength > 0) return this.send(frame)
    try {
      writeSync(fd, encodeFrame(frame))
    } catch {
      this.send(frame) // Its buffer is full, or the clock is gone: that is seen there.
    }
  }

  /** Whether the process is to stay for what may come. */
  hold(stays: boolean): void {
    if (stays) this.#socket.ref()
    else this.#socket.unref()
  }

  /** Nothing more is expected of it. */
  letGo(): void {
    this.#over = true
    this.hold(false)
  }

  #connect(): Socket {
    this.#connections += 1
    return builtin('node:net').connect(this.#path).unref()
  }

  #talk(socket: Socket): FrameChannel {
    let connected = false
    socket.once('connect', () => (connected = true))
    return new FrameChannel(socket, 'the clock of the test', {
      onFrame: (frame) => this.#events.onFrame(frame as unknown as ClockFrame),
      onEnd: () => {
        socket.destroy()
        if (connected && !this.#over && this.#connections < MOST_CONNECTIONS) this.#renew()
        else this.#events.onEnd()
      },
    })
  }

  #renew(): void {
    this.#socket = this.#connect()
    this.#channel = this.#talk(this.#socket)
    this.#events.onRenewed()
  }
}
