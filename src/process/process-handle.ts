import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'

import { type Clock, holding } from '../clock/clock.ts'
import { realTurn, within } from '../real-time.ts'
import { abortable } from '../wait.ts'
import { AgentOutput } from './agent-output.ts'
import { type StopOptions, stopTree } from './stop-tree.ts'
import { Watcher, type WatchResult } from './watcher.ts'

/** How long the last words of a process that has ended may take to arrive. Milliseconds of real time. */
const DRAIN_LIMIT = 500

/** @internal What is known of a process that has just been started as the leader of its own group. */
export interface ProcessParts {
  readonly child: ChildProcess
  /** The `SUPERVISE_MARK` that it and its descendants have. */
  readonly mark: string
  /** The time of its test. */
  readonly clock: Clock
  /** Runs once, after the whole tree is gone. */
  readonly onClosed: () => void | Promise<void>
}

/** A process that was started, with its output, its end, and the end of all that it has started. */
export abstract class ProcessHandle implements AsyncDisposable {
  readonly pid: number
  /** @internal What it and all that it starts carry as `SUPERVISE_MARK`. */
  readonly mark: string
  readonly process: ChildProcess
  readonly stdout: AgentOutput
  readonly stderr: AgentOutput
  /** How the process itself ended. Settles at its exit, whatever still holds its pipes; never rejects. */
  readonly exited: Promise<WatchResult>
  readonly #name: string
  readonly #processParts: ProcessParts
  #result: WatchResult | undefined
  #closed: Promise<WatchResult> | undefined

  /** @internal @param name how messages call it, as in `agent "web"` */
  protected constructor(name: string, parts: ProcessParts) {
    const { child } = parts
    this.#name = name
    this.#processParts = parts
    this.process = child
    // What has been launched has one. Signals to 0 would go to this process's own group.
    this.pid = child.pid as number
    this.mark = parts.mark
    this.stderr = new AgentOutput(child.stderr as Readable, `stderr of ${name}`)
    this.stdout = new AgentOutput(child.stdout as Readable, `stdout of ${name}`, () => this.#lastWords())
    // Writing to a process that has gone is no error of the test's.
    child.stdin?.on('error', () => {})
    this.exited = new Watcher(child).wait().then((result) => (this.#result = result))
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
    return this.#result === undefined && this.process.kill(signal)
  }

  /**
   * Stops the process and everything it started: asks it to end, sends SIGKILL to its process group once it has ended or
   * `closeGrace` is over, then to each descendant that escaped. Resolves with how the process itself ended when all of them
   * are gone; rejects with `ERR_AGENT_UNKILLABLE` if the kernel cannot end one, and with `ERR_CLOCK_NOT_DRIVEN`, when all are
   * gone, if the grace of an agent is virtual time that the test did not move. Idempotent.
   */
  close(): Promise<WatchResult> {
    return (this.#closed ??= this.#close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** How messages call it: `agent "web"`, with the attempt from the second on, or `supervisor "nodemon --exec"`. */
  toString(): string {
    return this.#name
  }

  /** @internal How `close` stops it. */
  protected abstract readonly stopOptions: StopOptions

  /** @internal Waits, not for long, until what the process has written has been read. */
  protected async drained(): Promise<void> {
    await this.exited
    const [, ...streams] = this.process.stdio
    const closed = streams.map(
      (stream) =>
        new Promise<void>((resolve) =>
          stream?.closed === false ? stream.once('close', resolve) : resolve(),
        ),
    )
    await holding(this.#processParts.clock, () => within(Promise.all(closed), DRAIN_LIMIT))
  }

  async #close(): Promise<WatchResult> {
    const { mark } = this
    const { onClosed } = this.#processParts
    const tree = {
      what: `${this}`,
      pid: this.pid,
      mark,
      exited: this.exited,
      hasExited: () => this.process.exitCode !== null || this.process.signalCode !== null,
    }
    try {
      await stopTree(tree, this.stopOptions)
      await this.drained()
    } finally {
      for (const stream of this.process.stdio) stream?.destroy()
      await onClosed()
    }
    return await this.exited
  }

  /** What became of it, for who waits for a line that it did not print. */
  async #lastWords(): Promise<string> {
    // Its exit, and its last words on the other stream, are heard soon after the end of this one, if it has not closed that alone.
    await holding(this.#processParts.clock, () => within(this.exited, DRAIN_LIMIT))
    await realTurn()
    const fate = this.#result && ` ${this} ${fateText(this.#result)}.`
    return `${fate ?? ''} ${this.stderr.lastLines()}`
  }
}

/** How a process ended, behind its name. */
export function fateText({ exitCode, signal }: Pick<WatchResult, 'exitCode' | 'signal'>): string {
  return signal ? `was killed by ${signal}` : `exited with code ${exitCode}`
}
