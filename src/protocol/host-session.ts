import type { Duplex } from 'node:stream'

import type { Clock } from '../clock/clock.ts'
import { SuperviseError } from '../errors.ts'
import type { Json } from '../json.ts'
import { deferred } from '../wait.ts'
import { FrameChannel } from './channel.ts'
import { type AgentScript, type FaultOrder, PROTOCOL_VERSION } from './frames.ts'
import { MessageQueue } from './message-queue.ts'
import type { RawFrame } from './ndjson.ts'

/** What an agent says first. */
export interface Hello {
  readonly id: string
  readonly pid: number
  /** The faults it can play. */
  readonly can: readonly string[]
}

/** What it is told then. */
export interface Welcome {
  readonly attempt: number
  readonly faults: readonly FaultOrder[]
  readonly script: AgentScript
}

interface HostSessionOptions {
  /** How messages call the agent. */
  readonly peer: string
  /** What an agent's `sleep` waits on. */
  readonly clock: Clock
  /**
   * What the agent is told. Given ready-made it is sent without waiting for the agent's `hello`, which saves a round
   * trip: the agent finds it when it looks.
   */
  readonly welcome: Welcome | ((hello: Hello) => Welcome)
}

/** The test's end of the conversation with one agent attempt, by protocol 1. */
export class HostSession {
  readonly messages = new MessageQueue()
  readonly #channel: FrameChannel
  readonly #options: HostSessionOptions
  readonly #hello = deferred<Hello>()
  readonly #ready = deferred<void>()
  readonly #ended = new AbortController()

  constructor(socket: Duplex, options: HostSessionOptions) {
    this.#options = options
    this.#hello.promise.catch(() => {})
    this.#ready.promise.catch(() => {})
    this.#channel = new FrameChannel(socket, options.peer, {
      onFrame: (frame) => this.#receive(frame),
      onEnd: (error) => this.#end(error),
    })
    if (typeof options.welcome === 'object') this.#welcome(options.welcome)
  }

  /** Resolves at the agent's `hello`; rejects with `ERR_PROTOCOL` when the connection ends without one. */
  get hello(): Promise<Hello> {
    return this.#hello.promise
  }

  /** Resolves at the agent's `ready`; rejects with `ERR_PROTOCOL` when the connection ends before it. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Resolves when the message has been handed to the kernel; false when the connection is over. */
  send(body: Json): Promise<boolean> {
    return this.#channel.send({ t: 'message', body })
  }

  #receive(frame: RawFrame): void {
    switch (frame.t) {
      case 'hello':
        this.#greet(frame)
        break
      case 'ready':
        this.#ready.resolve()
        break
      case 'message':
        this.messages.push((frame['body'] ?? null) as Json)
        break
      case 'cue':
        this.#go(frame, Promise.resolve())
        break
      case 'sleep':
        this.#go(frame, this.#options.clock.sleep(Number(frame['ms']), this.#ended.signal))
        break
      default: // A newer agent may say more than this version knows.
    }
  }

  #greet(frame: RawFrame): void {
    const { v, id, pid, can } = frame
    if (v !== PROTOCOL_VERSION || typeof id !== 'string' || typeof pid !== 'number') {
      this.#refuse(
        `${this.#options.peer} began with ${JSON.stringify(frame)}: expected ` +
          `{"t":"hello","v":${PROTOCOL_VERSION},"id":"…","pid":…,"can":[…]}.`,
      )
      return
    }
    const hello: Hello = { id, pid, can: Array.isArray(can) ? can.map(String) : [] }
    if (typeof this.#options.welcome === 'function') this.#welcome(this.#options.welcome(hello))
    this.#hello.resolve(hello)
  }

  #welcome(welcome: Welcome): void {
    void this.#channel.send({ t: 'welcome', ...welcome })
  }

  #go(frame: RawFrame, when: Promise<void>): void {
    when.then(
      () => this.#channel.send({ t: 'go', n: frame['n'] }),
      () => {}, // The agent that slept is gone.
    )
  }

  #refuse(message: string): void {
    this.#end(new SuperviseError('ERR_PROTOCOL', message))
    this.#channel.socket.destroy()
  }

  #end(
    error = new SuperviseError(
      'ERR_PROTOCOL',
      `${this.#options.peer} ended its connection before it was ready.`,
      { ended: true },
    ),
  ): void {
    this.#hello.reject(error)
    this.#ready.reject(error)
    this.#ended.abort(error)
    this.messages.end()
  }
}
