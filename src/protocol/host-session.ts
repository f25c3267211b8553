import type { Duplex } from 'node:stream'

import { type Clock, waitBy } from '../clock/clock.ts'
import type { Route, Router, Speaker } from '../clock/route.ts'
import { SuperviseError } from '../errors.ts'
import type { Json } from '../json.ts'
import { deferred } from '../wait.ts'
import { FrameChannel } from './channel.ts'
import { type AgentScript, type FaultOrder, type HostFrame, PROTOCOL_VERSION } from './frames.ts'
import { MessageQueue } from './message-queue.ts'
import { encodeFrame, type RawFrame } from './ndjson.ts'
import { Rest } from './rest.ts'

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

/** How an agent said that it ends; both are null if it did not say. */
export interface LastWords {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

/** Who follows a conversation. Each call comes before the agent is let go on, or told of the thing. */
export interface SessionListener {
  hello(hello: Hello): void
  ready(): void
  cue(name: string): void
  /** The message of this number, from 1, is about to be sent. */
  message(n: number): void
  fired(id: number, proof: Json): void
  /** The connection has ended. */
  ended(lastWords: LastWords): void
}

interface HostSessionOptions {
  /** How messages call the agent until it has said who it is. */
  readonly peer: string
  /** The agent's process, if it is known before the agent says which one it is. */
  readonly pid?: number
  /** What an agent's `sleep` waits on. */
  readonly clock: Clock
  /** How what the agent says comes into the test, `hello` and `parked` excepted. */
  readonly router: Router
  /**
   * What the agent is told. Given ready-made it is sent without waiting for the agent's `hello`, which saves a round
   * trip: the agent finds it when it looks.
   */
  readonly welcome: Welcome | ((hello: Hello) => Welcome)
}

/** The test's end of the conversation with one agent attempt, by protocol 1. */
export class HostSession implements Speaker {
  readonly messages = new MessageQueue()
  readonly connection: Duplex
  /** Set it before the agent can have said anything. */
  listener: SessionListener | undefined
  readonly #channel: FrameChannel
  readonly #route: Route
  readonly #options: HostSessionOptions
  readonly #hello = deferred<Hello>()
  readonly #ready = deferred<void>()
  readonly #ended = new AbortController()
  readonly #rest = new Rest()
  #known: Hello | undefined
  #lastWords: LastWords = { exitCode: null, signal: null }
  #messagesSent = 0

  constructor(socket: Duplex, options: HostSessionOptions) {
    this.#options = options
    this.connection = socket
    this.#hello.promise.catch(() => {})
    this.#ready.promise.catch(() => {})
    this.#route = options.router.route(this)
    this.#channel = new FrameChannel(socket, options.peer, {
      onFrame: (frame) => this.#receive(frame),
      onEnd: (error) => this.#end(error),
    })
    if (typeof options.welcome === 'object') this.#welcome(options.welcome)
  }

  get name(): string {
    return this.#known && typeof this.#options.welcome === 'function'
      ? `agent "${this.#known.id}"`
      : this.#options.peer
  }

  get pid(): number | undefined {
    return this.#options.pid ?? this.#known?.pid
  }

  get parked(): boolean | undefined {
    return this.#rest.reached
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
  async send(body: Json): Promise<boolean> {
    // Encoded first: a message that cannot be is none.
    const line = encodeFrame({ t: 'message', body })
    if (!this.#channel.open) return false
    this.listener?.message(++this.#messagesSent)
    this.#rest.sent()
    return this.#channel.write(line)
  }

  /** Has the agent play a fault now. False when the connection is over. */
  order({ id, name, options }: Omit<FaultOrder, 'at'>): Promise<boolean> {
    this.#rest.ordered(id, name)
    return this.#tell({ t: 'do', id, name, options })
  }

  /** Has the agent forget an order of the welcome. */
  retract(id: number): void {
    void this.#tell({ t: 'undo', id })
  }

  /** The agent was sent a signal. */
  signalled(signal: NodeJS.Signals): void {
    this.#rest.disturbed(signal)
  }

  #receive(frame: RawFrame): void {
    this.#rest.heard(frame)
    switch (frame.t) {
      case 'hello':
        this.#greet(frame)
        break
      case 'ready':
        this.#route.deliver(() => {
          this.listener?.ready()
          this.#ready.resolve()
        })
        break
      case 'message':
        this.#route.deliver(() => this.messages.push((frame['body'] ?? null) as Json))
        break
      case 'fired':
        this.#route.deliver(() => this.listener?.fired(Number(frame['id']), (frame['proof'] ?? null) as Json))
        break
      case 'cue':
        this.#route.deliver(() => {
          this.listener?.cue(String(frame['name']))
          this.#go(frame, Promise.resolve())
        })
        break
      case 'sleep':
        this.#route.deliver(() =>
          this.#go(frame, waitBy(this.#options.clock, Number(frame['ms']), this.#ended.signal)),
        )
        break
      case 'exit':
        // Nothing happens by that yet: it is told with the end of the connection.
        this.#lastWords = lastWordsOf(frame)
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
    this.#known = hello
    if (typeof this.#options.welcome === 'function') this.#welcome(this.#options.welcome(hello))
    this.listener?.hello(hello)
    this.#hello.resolve(hello)
  }

  #welcome(welcome: Welcome): void {
    for (const { id, name } of welcome.faults) this.#rest.ordered(id, name)
    void this.#tell({
      t: 'welcome',
      attempt: welcome.attempt,
      faults: [...welcome.faults],
      script: welcome.script,
    })
  }

  #go(frame: RawFrame, when: Promise<void>): void {
    when.then(
      () => this.#tell({ t: 'go', n: Number(frame['n']) }),
      () => {}, // The agent that slept is gone.
    )
  }

  #tell(frame: HostFrame): Promise<boolean> {
    this.#rest.sent()
    return this.#channel.send(frame)
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
    this.#route.deliver(() => {
      this.listener?.ended(this.#lastWords)
      this.#hello.reject(error)
      this.#ready.reject(error)
      this.#ended.abort(error)
      this.messages.end()
    })
    this.#route.close()
  }
}

function lastWordsOf({ code, signal }: RawFrame): LastWords {
  return {
    exitCode: Number.isInteger(code) ? Number(code) : null,
    signal: typeof signal === 'string' && /^SIG[A-Z0-9]+$/.test(signal) ? (signal as NodeJS.Signals) : null,
  }
}
