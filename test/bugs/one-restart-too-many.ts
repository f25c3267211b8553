import type { ChildProcess } from 'node:child_process'

import { LONGEST_TIMER, type SupervisorOptions, type SupervisorParts } from './supervisor.ts'

/** Keeps a crawler up, for a limited number of restarts. */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #options: SupervisorOptions
  #child: ChildProcess | undefined
  #restartTimer: NodeJS.Timeout | undefined
  #stopping: Promise<void> | undefined
  #wanted = false
  #streak = 0
  #failures: number[] = []

  constructor(parts: SupervisorParts, options: SupervisorOptions) {
    this.#parts = parts
    this.#options = options
  }

  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#forget()
    if (this.#stopping) void this.#stopping.then(() => this.#launch())
    else this.#launch()
  }

  stop(): Promise<void> {
    this.#wanted = false
    this.#parts.timers.clearTimeout(this.#restartTimer)
    this.#stopping ??= this.#terminate().finally(() => (this.#stopping = undefined))
    return this.#stopping
  }

  #launch(): void {
    if (!this.#wanted || this.#child) return
    const { spawn, file, args, env, now } = this.#parts
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    let readySince = Infinity
    child.stdout.once('data', () => (readySince = now()))
    child.on('exit', () => this.#ended(now() - readySince))
    child.on('error', () => child.pid ?? this.#ended(0))
  }

  #ended(uptime: number): void {
    this.#child = undefined
    if (!this.#wanted || this.#stopping) return
    const { delay, maxDelay, maxRestarts, stableAfter, window } = this.#options
    if (uptime >= stableAfter) this.#forget()
    const now = this.#parts.now()
    this.#failures = this.#failures.filter((time) => now - time < window)
    if (this.#failures.length > maxRestarts) {
      this.#wanted = false
      this.#parts.onGiveUp?.()
      return
    }
    this.#failures.push(now)
    const pause = Math.min(delay * 2 ** this.#streak, maxDelay, LONGEST_TIMER)
    this.#streak += 1
    this.#restartTimer = this.#parts.timers.setTimeout(() => this.#launch(), pause)
  }

  #forget(): void {
    this.#streak = 0
    this.#failures = []
  }

  async #terminate(): Promise<void> {
    const child = this.#child
    if (!child) return
    const { timers } = this.#parts
    const killTimer = timers.setTimeout(() => child.kill('SIGKILL'), this.#options.grace)
    await new Promise<unknown>((resolve) => {
      child.once('exit', resolve).once('error', resolve)
      child.kill()
    })
    timers.clearTimeout(killTimer)
  }
}
