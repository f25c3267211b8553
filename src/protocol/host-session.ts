import type { Duplex } from 'node:stream'

import { type Clock, waitBy } from '../clock/clock.ts'
import type { Route, Router, Speaker } from '../clock/route.ts'
import { messageOf, SuperviseError } from '../errors.ts'
import type { Json } from '../json.ts'
import { deferred } from '../wait.ts'
import { agentShapes, knownFrame } from './agent-frame.ts'
import { Backlog, BACKLOG_LIMIT, weightOf } from './backlog.ts'
import { FrameChannel } from './channel.ts'
import type { AgentFrame, AgentScript, FaultOrder, HostFrame } from './frames.ts'
import { MessageQueue } from './message-queue.ts'
import { encodeFrame, type RawFrame } from './ndjson.ts'
import { Rest } from './rest.ts'

/** What an agent says first. */
export interface Hello {
  readonly id: string
  readonly pid: number
  /** The faults it can play. */
  readonly can: readonly string[]
  /** The points besides those of every agent at which it can play them. */
  readonly points: readonly string[]
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
  /** The agent cannot play what it was ordered. */
  failed(id: number, reason: string): void
  /** The connection has ended. */
  ended(lastWords: LastWords): void
}

/** How much of a frame a message quotes. Characters. */
const LONGEST_QUOTE = 120

interface HostSessionOptions {
  /** How messages call the agent until it has said who it is. */
  readonly peer: string
  /** The agent's process, if it is known before the agent says which one it is. */
  readonly pid?: number
  /** The process that has said hello, as seen from here. Default: the one that it says it is. */
  readonly pidOf?: (hello: Hello) => number | undefined
  /** What an agent's `sleep` waits on. */
  readonly clock: Clock
  /** How what the agent says comes into the test, `parked` excepted, and `hello` where the welcome depends on nobody else. */
  readonly router: Router
  /**
   * What the agent is told. Given ready-made it is sent without waiting for the agent's `hello`, which saves a round
   * trip: the agent finds it when it looks.
   */
  readonly welcome: Welcome | ((hello: Hello) => Welcome)
  /** Whether the welcome depends on nobody else who may say hello at the same time. Default: never. */
  readonly isNumbered?: (hello: Hello) => boolean
  /** Told once, when the connection is ended because of what came over it: for an agent that nobody waits for. */
  readonly onRefused?: (error: SuperviseError) => void
}

/**
 * The test's end of the conversation with one agent attempt, by protocol 1. What is no frame of that, or comes out of turn,
 * ends the connection with an `ERR_PROTOCOL` that quotes it: `hello`, `ready` and `messages` reject with it, whichever are
 * still to come.
 */
export class HostSession implements Speaker {
  readonly #backlog = new Backlog()
  readonly messages = new MessageQueue((weight) => this.#backlog.remove(weight))
  readonly connection: Duplex
  /** Set it before the agent can have said anything. */
  listener: SessionListener | undefined
  readonly #channel: FrameChannel
  readonly #route: Route
  readonly #options: HostSessionOptions
  readonly #hello = deferred<Hello>()
  readonly #ready = deferred<void>()
  /** Each with a signal of its own: one for all would be slow when there are many. */
  readonly #sleeps = new Set<AbortController>()
  readonly #rest = new Rest()
  #known: Hello | undefined
  #admitted = false
  #pid: number | undefined
  #lastWords: LastWords = { exitCode: null, signal: null }
  #messagesSent = 0
  #refusal: SuperviseError | undefined

  constructor(socket: Duplex, options: HostSessionOptions) {
    this.#options = options
    this.connection = socket
    this.#hello.promise.catch(() => {})
    this.#ready.promise.catch(() => {})
    this.#route = options.router.route(this)
    this.#channel = new FrameChannel(socket, options.peer, {
      onFrame: (frame, line) => this.#receive(frame, line),
      onEnd: (error) => this.#end(error),
    })
    if (typeof options.welcome === 'object') this.#welcome(options.welcome)
  }

  get name(): string {
    const { welcome, peer } = this.#options
    return this.#known && typeof welcome === 'function' ? `agent "${this.#known.id}"` : peer
  }

  get pid(): number | undefined {
    return this.#options.pid ?? this.#pid
  }

  get parked(): boolean | undefined {
    // It does nothing before it is welcome.
    return this.#known && !this.#admitted ? true : this.#rest.reached
  }

  /** Why the connection was ended from this side, if it was. */
  get refusal(): SuperviseError | undefined {
    return this.#refusal
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
    return this.#channel.together(() => {
      // May order a fault that ends the agent before it sees the message, which it has been sent nevertheless.
      this.listener?.message(++this.#messagesSent)
      this.#rest.sent()
      return this.#channel.write(line)
    })
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

  #receive(raw: RawFrame, line: string): void {
    const frame = knownFrame(raw)
    if (frame === undefined) return this.#rest.heard(raw) // A newer agent may say more than this version knows.
    if (this.#known === undefined && (frame.t !== 'hello' || !agentShapes.hello.fits(raw)))
      return this.#refuse(`began with ${quoted(line)}: expected ${agentShapes.hello.text}`)
    if (!agentShapes[frame.t].fits(raw))
      return this.#refuse(`sent ${quoted(line)}: expected ${agentShapes[frame.t].text}`)
    this.#rest.heard(raw)
    if (frame.t === 'hello') this.#greet(frame, line)
    // Nothing happens by that yet: it is told with the end of the connection.
    else if (frame.t === 'exit') this.#lastWords = lastWordsOf(frame)
    else if (frame.t !== 'parked') this.#accept(frame, weightOf(frame.t, line))
  }

  /** Takes up what comes into the test when its turn has come. */
  #accept(frame: Exclude<AgentFrame, { t: 'hello' | 'parked' | 'exit' }>, weight: number): void {
    if (!this.#backlog.add(weight)) {
      return this.#refuse(
        `has said more than ${BACKLOG_LIMIT / 2 ** 20} MiB that nobody has taken, a "${frame.t}" last. Read its ` +
          '`messages()` while it sends them, or have it send less',
      )
    }
    this.#route.deliver(() => {
      if (frame.t === 'message') return this.messages.push(frame.body ?? null, weight)
      if (frame.t === 'sleep') return this.#sleep(frame.ms, frame.n, weight)
      this.#backlog.remove(weight)
      if (frame.t === 'fired') this.listener?.fired(frame.id, frame.proof ?? null)
      else if (frame.t === 'failed') this.listener?.failed(frame.id, frame.reason)
      else if (frame.t === 'cue') {
        this.listener?.cue(frame.name)
        void Promise.resolve().then(() => this.#tell({ t: 'go', n: frame.n }))
      } else {
        this.listener?.ready()
        this.#ready.resolve()
      }
    })
  }

  #greet({ id, pid, can, points }: Extract<AgentFrame, { t: 'hello' }>, line: string): void {
    if (this.#known) {
      if (this.#known.id === id && this.#known.pid === pid) return // It was sent twice.
      return this.#refuse(`said another hello: ${quoted(line)}`)
    }
    const hello: Hello = { id, pid, can: can ?? [], points: points ?? [] }
    this.#known = hello
    this.#pid = this.#options.pidOf ? this.#options.pidOf(hello) : pid
    const { welcome, isNumbered } = this.#options
    if (typeof welcome !== 'function') return this.#admit(hello)
    if (isNumbered?.(hello)) return this.#admit(hello, welcome(hello))
    // Of several that are started at once, chance decides who speaks first.
    this.#route.deliver(() => this.#admit(hello, welcome(hello)))
  }

  #admit(hello: Hello, welcome?: Welcome): void {
    this.#admitted = true
    if (welcome) this.#welcome(welcome)
    this.listener?.hello(hello)
    this.#hello.resolve(hello)
  }

  #welcome(welcome: Welcome): void {
    for (const { id, name } of welcome.faults) this.#rest.ordered(id, name)
    try {
      void this.#tell({
        t: 'welcome',
        attempt: welcome.attempt,
        faults: [...welcome.faults],
        script: welcome.script,
      })
    } catch (cause) {
      const problem = messageOf(cause)
      this.#refuse(`cannot be welcomed: its script and faults do not fit into a frame. ${problem}`, cause)
    }
  }

  #sleep(ms: number, n: number, weight: number): void {
    const over = new AbortController()
    this.#sleeps.add(over)
    waitBy(this.#options.clock, Math.max(0, ms), over.signal)
      .then(
        () => this.#tell({ t: 'go', n }),
        () => {}, // The agent that slept is gone.
      )
      .finally(() => {
        this.#sleeps.delete(over)
        this.#backlog.remove(weight)
      })
  }

  #tell(frame: HostFrame): Promise<boolean> {
    this.#rest.sent()
    return this.#channel.send(frame)
  }

  #refuse(problem: string, cause?: unknown): void {
    this.#channel.refuse(`${this.name} ${problem.replace(/\.$/, '')}.`, cause)
  }

  #end(refusal: SuperviseError | undefined): void {
    this.#refusal = refusal
    const error =
      refusal ??
      new SuperviseError('ERR_PROTOCOL', `${this.#options.peer} ended its connection before it was ready.`, {
        ended: true,
      })
    if (refusal) this.#options.onRefused?.(refusal)
    this.#route.deliver(() => {
      this.listener?.ended(this.#lastWords)
      this.#hello.reject(error)
      this.#ready.reject(error)
      for (const sleep of this.#sleeps) sleep.abort(error)
      this.messages.end(refusal)
    })
    this.#route.close()
  }
}

function lastWordsOf(frame: Extract<AgentFrame, { t: 'exit' }>): LastWords {
  return 'code' in frame ? { exitCode: frame.code, signal: null } : { exitCode: null, signal: frame.signal }
}

/** The beginning of a line that is JSON, and therefore has no control characters. */
function quoted(line: string): string {
  const text = line.trim()
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
}
