import type { Readable } from 'node:stream'

import { SuperviseError } from '../errors.ts'
import type { Json } from '../json.ts'
import type { ReadyWhen } from '../options.ts'
import type { AgentHandle } from '../process/agent-handle.ts'
import { AgentOutput } from '../process/agent-output.ts'
import type { WatchResult } from '../process/watcher.ts'
import { MessageQueue } from '../protocol/message-queue.ts'
import { realTurn } from '../real-time.ts'
import { abortable, deferred } from '../wait.ts'
import type { Body } from './body.ts'
import { asChildProcess } from './child.ts'
import type { Started, Starts } from './starts.ts'
import type { World } from './world.ts'

/** What a spawner knows of an agent that it has just started. */
export interface SimulatedHandleParts {
  readonly world: World
  readonly starts: Starts
  readonly readyWhen: ReadyWhen
  readonly readyTimeout: number
  readonly closeGrace: number
  readonly signal: AbortSignal | undefined
}

/** What of an agent's life its handle is told. */
export class HandleEvents {
  readonly messages = new MessageQueue()
  readonly ready = deferred<void>()
  readonly ended = deferred<void>()

  readonly told = {
    onMessage: (body: Json): void => this.messages.push(body),
    onReady: (): void => this.ready.resolve(),
    onEnded: (): void => {
      this.messages.end()
      this.ended.resolve()
    },
  }
}

/** An agent of a simulation: what tests use of `AgentHandle`, with the same errors, on the time of the simulation. */
export class SimulatedHandle implements Omit<AgentHandle, 'socket' | 'mark'> {
  readonly id: string
  /** Counts the starts of this id, from 1. */
  readonly attempt: number
  readonly pid: number
  readonly process: AgentHandle['process']
  readonly stdout: AgentOutput
  readonly stderr: AgentOutput
  /** How the process itself ended. Never rejects. */
  readonly exited: Promise<WatchResult>
  /** Resolves when the agent is ready. Rejects with `ERR_AGENT_EXITED` or `ERR_AGENT_READY_TIMEOUT`. Never unhandled. */
  readonly ready: Promise<void>
  readonly #started: Started
  readonly #body: Body
  readonly #events: HandleEvents
  readonly #parts: SimulatedHandleParts
  readonly #name: string
  #sent = 0
  #result: WatchResult | undefined
  #closed: Promise<WatchResult> | undefined

  /** @internal Handles come from `simulation.spawner`. */
  constructor(started: Started, body: Body, events: HandleEvents, parts: SimulatedHandleParts) {
    const { attempt, child } = started
    this.#started = started
    this.#body = body
    this.#events = events
    this.#parts = parts
    this.id = attempt.agent
    this.attempt = attempt.number
    this.#name = `agent "${this.id}"${this.attempt > 1 ? ` (agent attempt ${this.attempt})` : ''}`
    this.pid = body.pid
    this.process = asChildProcess(child)
    this.stderr = new AgentOutput(child.stderr as unknown as Readable, `stderr of ${this}`)
    this.stdout = new AgentOutput(child.stdout as unknown as Readable, `stdout of ${this}`, () =>
      this.#lastWords(),
    )
    this.exited = new Promise((resolve) => {
      child.once('exit', (exitCode: number | null, signal: NodeJS.Signals | null) => {
        this.#result = { pid: body.pid, exitCode, signal }
        resolve(this.#result)
      })
    })
    this.ready = this.#becomeReady()
    this.ready.catch(() => {})
  }

  /** How the process ended, once it has. */
  get result(): WatchResult | undefined {
    return this.#result
  }

  /** Waits for the process's own end. Rejects with the signal's reason when it aborts; the process goes on. */
  wait(signal?: AbortSignal): Promise<WatchResult> {
    return abortable(this.exited, signal)
  }

  /** Sends a signal to the process alone. False when it has exited. Default SIGTERM. */
  kill(signal: NodeJS.Signals = 'SIGTERM'): boolean {
    return this.#result === undefined && this.#started.child.kill(signal)
  }

  /** Sends a message. Rejects with `ERR_AGENT_CLOSED` when the agent or the connection has ended, or with `ERR_OPTION_INVALID`. */
  async send(message: Json): Promise<void> {
    const text = JSON.stringify(message) as string | undefined
    if (text === undefined) {
      throw new SuperviseError('ERR_OPTION_INVALID', `The message to ${this} is no JSON value.`, {
        agent: this.id,
      })
    }
    const { life, attempt } = this.#started
    if (this.#result === undefined && life?.isConnected) {
      attempt.message(++this.#sent)
      life.send(JSON.parse(text) as Json)
      return
    }
    throw new SuperviseError(
      'ERR_AGENT_CLOSED',
      `${this} cannot be sent a message: ${this.#result ? 'it has exited' : 'its control connection has ended'}.`,
      { agent: this.id, attempt: this.attempt },
    )
  }

  /** The agent's messages, kept from its start. Each is given once; the iteration ends with the connection. */
  messages(options: { signal?: AbortSignal } = {}): AsyncIterableIterator<Json> {
    return this.#events.messages.take(options.signal)
  }

  /**
   * Stops the process and everything it started: SIGTERM to its group and the end of its connection, `closeGrace` ms of the
   * simulation's time, SIGKILL. Resolves with how the process itself ended. Idempotent.
   */
  close(): Promise<WatchResult> {
    return (this.#closed ??= this.#close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  toString(): string {
    return this.#name
  }

  async #close(): Promise<WatchResult> {
    const { world, starts, closeGrace } = this.#parts
    const stopped = this.#body.isStopped
    if (this.#result === undefined) this.#signalGroup('SIGTERM')
    this.#started.life?.lost()
    if (this.#result === undefined && !stopped) {
      const over = new AbortController()
      await Promise.race([this.exited, world.clock.sleep(closeGrace, over.signal).catch(() => {})])
      over.abort(null)
    }
    const leaves = this.#body.hasDescendants
    this.#signalGroup('SIGKILL')
    starts.killDescendants(this.#body)
    const result = await this.exited
    // The kernel takes a while for them, during which all others are heard who have something to say.
    if (leaves) await world.atRest()
    return result
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (this.#result === undefined) this.#started.attempt.signalled(signal)
    this.#parts.starts.signalGroup(this.pid, signal)
  }

  async #becomeReady(): Promise<void> {
    const { readyWhen, readyTimeout, signal, world } = this.#parts
    const { attempt } = this.#started
    if (readyWhen === 'spawn') return attempt.becameReady()
    const over = new AbortController()
    try {
      await Promise.race([
        this.#readiness(readyWhen, over.signal),
        abortable(this.#diedEarly(over.signal), signal),
        world.clock.sleep(readyTimeout, over.signal).then(() => {
          throw this.#tookTooLong(readyTimeout)
        }),
      ])
      attempt.becameReady()
    } finally {
      // Without an error of its own, which costs more than the rest.
      over.abort(null)
    }
  }

  async #readiness(readyWhen: Exclude<ReadyWhen, 'spawn'>, signal: AbortSignal): Promise<void> {
    if (readyWhen === 'protocol') return this.#events.ready.promise
    const [output, match] =
      'stdout' in readyWhen ? [this.stdout, readyWhen.stdout] : [this.stderr, readyWhen.stderr]
    try {
      await output.line(match, { signal })
    } catch (error) {
      // Its exit tells more, if it comes.
      if (!(error instanceof SuperviseError)) throw error
      await new Promise<never>(() => {})
    }
  }

  /** Its outputs have ended; or somebody holds them, and there is nothing else to wait for. */
  async #drained(): Promise<void> {
    const { stdout, stderr } = this.#started.child
    const closed = [stdout, stderr].map(
      (stream) =>
        new Promise<void>((resolve) =>
          stream?.closed === false ? stream.once('close', resolve) : resolve(),
        ),
    )
    await Promise.race([Promise.all(closed), this.#parts.world.atRest()])
  }

  /** Rejects if it ends before `over`; else resolves then, so that nobody goes on listening for it. */
  async #diedEarly(over: AbortSignal): Promise<void> {
    const { exitCode, signal } = await this.exited
    if (over.aborted) return
    await this.#drained()
    // What it said in the same turn counts, as with real ones.
    await realTurn()
    const fate = signal ? `was killed by ${signal}` : `exited with code ${exitCode}`
    throw new SuperviseError(
      'ERR_AGENT_EXITED',
      `${this} ${fate} before it was ready. ${this.stderr.lastLines()}`,
      { agent: this.id, attempt: this.attempt, exitCode, signal, stderr: this.stderr.text },
    )
  }

  #tookTooLong(ms: number): SuperviseError {
    return new SuperviseError(
      'ERR_AGENT_READY_TIMEOUT',
      `${this} was not ready within ${ms} ms. One that is only slow needs a longer \`readyTimeout\`.`,
      { agent: this.id, attempt: this.attempt, readyTimeout: ms },
    )
  }

  async #lastWords(): Promise<string> {
    return ` ${this.stderr.lastLines()}`
  }
}
