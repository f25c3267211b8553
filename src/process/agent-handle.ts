import type { Socket } from 'node:net'

import type { Clock } from '../clock/clock.ts'
import type { Router } from '../clock/route.ts'
import { messageOf, SuperviseError } from '../errors.ts'
import type { Json } from '../json.ts'
import type { ReadyWhen } from '../options.ts'
import type { AgentScript } from '../protocol/frames.ts'
import { HostSession } from '../protocol/host-session.ts'
import { realTurn } from '../real-time.ts'
import { abortable } from '../wait.ts'
import type { Attempt } from './attempt.ts'
import type { ClockPlace } from './clock-place.ts'
import { fateText, ProcessHandle, type ProcessParts } from './process-handle.ts'
import type { StopOptions } from './stop-tree.ts'

/** @internal What a spawner knows of an agent that it has just started. */
export interface AgentParts extends ProcessParts {
  readonly attempt: Attempt
  readonly router: Router
  readonly script: AgentScript
  readonly readyWhen: ReadyWhen
  readonly readyTimeout: number
  readonly closeGrace: number
  readonly signal: AbortSignal | undefined
  /** That among those who go by the clock, if it is to take one. */
  readonly place: ClockPlace | undefined
}

/**
 * One running attempt of an agent: a real process with its output, its control socket and its end.
 * It is stopped, with all it started, by `close()`, at the end of an `await using` block, or with its test. It is asked to end
 * by SIGTERM to its process group and the end of its socket.
 */
export class AgentHandle extends ProcessHandle {
  readonly id: string
  /** Counts the starts of this id, from 1. */
  readonly attempt: number
  /** The test's half of the control socket. The handle reads it; end it to make the agent believe that it is alone. */
  readonly socket: Socket
  /**
   * Resolves when the agent is ready, and what it printed before that has been read. Rejects with `ERR_AGENT_EXITED` when it
   * exits first, with `ERR_AGENT_READY_TIMEOUT` after `readyTimeout`, with `ERR_PROTOCOL` when it speaks nonsense, with
   * `ERR_CLOCK_NOT_JOINED` when it was to go by the clock and does not. Never unhandled.
   */
  readonly ready: Promise<void>
  readonly #session: HostSession
  readonly #parts: AgentParts

  /** @internal Handles come from `Spawner.spawn`. */
  constructor(parts: AgentParts) {
    const { attempt, child, clock, router } = parts
    const { agent, number } = attempt
    super(`agent "${agent}"${number > 1 ? ` (agent attempt ${number})` : ''}`, parts)
    this.#parts = parts
    this.id = agent
    this.attempt = number
    this.socket = child.stdio[3] as Socket
    this.#session = new HostSession(this.socket, {
      peer: `${this}`,
      pid: this.pid,
      clock,
      router,
      welcome: attempt.welcome(parts.script),
    })
    attempt.connected(this.#session)
    this.ready = this.#becomeReady()
    this.ready.catch(() => {})
  }

  /**
   * Sends a message. Resolves when it has been handed to the kernel; rejects with `ERR_AGENT_CLOSED` when the agent or
   * the connection has ended, with `ERR_OPTION_INVALID` when the message cannot be written as JSON, with `ERR_PROTOCOL`
   * when it does not fit into a frame.
   */
  async send(message: Json): Promise<void> {
    if (this.result === undefined && (await this.#deliver(message))) return
    const { refusal } = this.#session
    throw new SuperviseError(
      'ERR_AGENT_CLOSED',
      `${this} cannot be sent a message: ${this.result ? 'it has exited' : 'its control connection has ended'}. ` +
        (refusal?.message ?? 'An agent that does not speak the protocol takes input on `process.stdin`.'),
      { agent: this.id, attempt: this.attempt, cause: refusal },
    )
  }

  /**
   * The agent's messages, kept from its start. Each is given once, also when several iterators ask; the iteration ends
   * with the connection. Rejects with the reason of `signal`, and, when all before that have been given, with
   * `ERR_PROTOCOL` if the agent spoke nonsense, or more than 64 MiB that nobody had taken.
   */
  messages(options: { signal?: AbortSignal } = {}): AsyncIterableIterator<Json> {
    return this.#session.messages.take(options.signal)
  }

  /** @internal */
  protected override get stopOptions(): StopOptions {
    const { attempt, closeGrace, clock } = this.#parts
    return {
      grace: closeGrace,
      clock,
      onTerm: () => this.socket.end(),
      onSignal: (signal) => attempt.signalled(signal),
    }
  }

  async #deliver(message: Json): Promise<boolean> {
    try {
      return await this.#session.send(message)
    } catch (cause) {
      // Nothing but the conversion to JSON throws: a socket's own errors are no concern of the sender's.
      if (!(cause instanceof RangeError)) {
        throw new SuperviseError(
          'ERR_OPTION_INVALID',
          `The message to ${this} is no JSON value: ${messageOf(cause)}. Send ` +
            'strings, finite numbers, booleans, null, and arrays and objects of these.',
          { agent: this.id, attempt: this.attempt, cause },
        )
      }
      throw new SuperviseError(
        'ERR_PROTOCOL',
        `The message to ${this} does not fit into a frame. ${cause.message} Send it in parts, or write it to a file.`,
        { agent: this.id, attempt: this.attempt, cause },
      )
    }
  }

  async #becomeReady(): Promise<void> {
    const { attempt, readyWhen, readyTimeout, clock, signal, place } = this.#parts
    if (readyWhen === 'spawn') return attempt.becameReady()
    const over = new AbortController()
    try {
      await Promise.race([
        this.#readiness(readyWhen, over.signal),
        abortable(this.#diedEarly(), signal),
        this.#tookTooLong(readyTimeout, clock, over.signal),
      ])
      if (place) {
        // It has told the clock before, by a connection that is taken in one turn and read in the next.
        await realTurn()
        await realTurn()
        place.assertTaken(this)
      }
      attempt.becameReady()
    } finally {
      over.abort()
    }
  }

  async #readiness(readyWhen: Exclude<ReadyWhen, 'spawn'>, signal: AbortSignal): Promise<void> {
    try {
      if (readyWhen === 'protocol') {
        await this.#session.ready
        // What it printed before it said so came by another way, and may be heard after it within the same turn.
        await realTurn()
      } else if ('stdout' in readyWhen) await this.stdout.line(readyWhen.stdout, { signal })
      else await this.stderr.line(readyWhen.stderr, { signal })
    } catch (error) {
      // The connection and the pipes of an agent that dies end with it: then its exit tells more, if it comes.
      if (!(error instanceof SuperviseError && isEndOfStream(error))) throw error
      await new Promise<never>(() => {})
    }
  }

  async #diedEarly(): Promise<never> {
    const { exitCode, signal } = await this.exited
    await this.drained()
    // What it said in the same turn counts: who waits for `ready` waits a turn, too.
    await realTurn()
    throw new SuperviseError(
      'ERR_AGENT_EXITED',
      `${this} ${fateText({ exitCode, signal })} before it was ready. ` + this.stderr.lastLines(),
      { agent: this.id, attempt: this.attempt, exitCode, signal, stderr: this.stderr.text },
    )
  }

  async #tookTooLong(ms: number, clock: Clock, over: AbortSignal): Promise<never> {
    if (ms === Infinity) return new Promise<never>(() => {})
    await clock.sleep(ms, over)
    const { readyWhen } = this.#parts
    const expected =
      readyWhen === 'protocol'
        ? 'It never sent `ready` on its control connection: a program that does not speak the protocol needs the ' +
          'option `readyWhen`'
        : `It printed nothing that matches the option \`readyWhen\``
    throw new SuperviseError(
      'ERR_AGENT_READY_TIMEOUT',
      `${this} was not ready within ${ms} ms. ${expected}; one that is only slow needs a longer \`readyTimeout\`. ` +
        `${this.stdout.lastLines(3)}\n${this.stderr.lastLines(3)}`,
      { agent: this.id, attempt: this.attempt, readyTimeout: ms },
    )
  }
}

/** Whether the error only says that a stream has ended, as it does when the agent has died. */
function isEndOfStream(error: SuperviseError): boolean {
  return error.code === 'ERR_AGENT_EXITED' || ('ended' in error && error.ended === true)
}
