import type { Json } from '../src/json.ts'
import { type AgentFault, type AgentFaults, ownFaults } from './own-faults.ts'
import type { Fault } from './faults/stage.ts'
import { Session } from './session.ts'

/** An agent's connection to the test that runs it. Times are ms of the test's clock, which can be a virtual one. */
export interface Connection {
  /** Whether a test runs this process. Outside of one nothing here throws, waits or sends; times are real. */
  readonly supervised: boolean
  /** This agent's id in the test. Default `agent`. */
  readonly id: string
  /** Which start of this agent this is, from 1. */
  readonly attempt: number
  /** The private directory of the test, else the working directory. */
  readonly runtimeDir: string
  /** Real ms since {@link connect}. */
  readonly now: number
  /** Tells the test that the agent is ready. Resolves when it has; idempotent. */
  ready(): Promise<void>
  /** Tells the test that the agent is at this point, and waits until it may go on. Faults can be aimed at it. */
  cue(name: string): Promise<void>
  /** Sends a message. Resolves when it has left the process. Rejects with `RangeError` beyond 1 MiB. */
  send(message: Json): Promise<void>
  /** Hears the test's messages, those that came before included; the returned function ends that. */
  onMessage(listener: (message: Json) => void): () => void
  /** Waits. Rejects with the signal's reason as soon as that aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `f` every `ms`, until the returned function is called. */
  every(ms: number, f: () => void): () => void
}

export type { AgentFault, AgentFaults }

/** What `connect` may be told. */
export interface ConnectOptions {
  /** Faults of this program's own, by the names under which the test made them with `fault.define`. */
  readonly faults?: AgentFaults
}

/**
 * Connects to the test that runs this process, if one does, and plays the faults that it orders. Every call returns
 * the same connection. Rejects if the test's socket cannot be reached. Throws a `TypeError` for a fault that is no function
 * or has a name of ours, and for options after the first call.
 *
 * The connection does not keep the process alive; a listener of `onMessage` and a wait for the test (`sleep`, `every`,
 * `cue`) do. When the test is gone, the process gets a SIGTERM from itself if it listens for that, and is exited with
 * code 0 at once if it does not, 1.5 s later if it does.
 */
export function connect(options?: ConnectOptions): Promise<Connection> {
  if (connection !== undefined && options !== undefined) {
    throw new TypeError('connect() takes options in its first call alone: the connection is made then.')
  }
  return (connection ??= open(ownFaults(options?.faults)))
}

let connection: Promise<Connection> | undefined

/** Real ms that a SIGTERM listener has when the test is gone: under the protocol's 2 s. */
const LAST_WORDS = 1500

async function open(faults: ReadonlyMap<string, Fault>): Promise<Connection> {
  const began = performance.now()
  const messages = new Messages()
  const session = await Session.open({ message: (body) => messages.take(body), lost }, faults)
  const { channel, id, attempt, runtimeDir } = session
  return {
    supervised: channel !== undefined,
    id,
    attempt,
    runtimeDir,
    get now() {
      return performance.now() - began
    },
    ready: () => session.ready(),
    cue: (name) => session.cue(name),
    async send(message) {
      session.send(message)
      if (channel !== undefined) await new Promise<void>((resolve) => channel.whenSent(resolve))
    },
    onMessage(listener) {
      const release = channel?.hold()
      const forget = messages.listen(listener)
      return () => {
        forget()
        release?.()
      }
    },
    sleep: (ms, signal) => session.sleep(ms, signal),
    every: (ms, f) => session.every(ms, f),
  }
}

function lost(): void {
  if (process.listenerCount('SIGTERM') === 0) process.exit(0)
  setTimeout(() => process.exit(0), LAST_WORDS).unref()
  if (process.platform === 'win32') process.emit('SIGTERM', 'SIGTERM')
  else process.kill(process.pid, 'SIGTERM')
}

/** Keeps messages until somebody listens. */
class Messages {
  readonly #listeners = new Set<(message: Json) => void>()
  #early: Json[] = []

  take(message: Json): void {
    if (this.#listeners.size === 0) this.#early.push(message)
    else for (const listener of this.#listeners) listener(message)
  }

  listen(listener: (message: Json) => void): () => void {
    this.#listeners.add(listener)
    const early = this.#early
    this.#early = []
    queueMicrotask(() => {
      for (const message of early) listener(message)
    })
    return () => this.#listeners.delete(listener)
  }
}
