import type { ChildProcess } from 'node:child_process'

import { LONGEST_TIMER, type SupervisorOptions, type SupervisorParts } from './supervisor.ts'

/** Keeps a mail relay up, and sees to it that it goes down. */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #options: SupervisorOptions
  #child: ChildProcess | undefined
  #restartTimer: NodeJS.Timeout | undefined
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
    this.#launch()
  }

  async stop(): Promise<void> {
    this.#wanted = false
    this.#parts.timers.clearTimeout(this.#restartTimer)
    this.#terminate()
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
    if (!this.#wanted) return
    const { delay, maxDelay, maxRestarts, stableAfter, window } = this.#options
    if (uptime >= stableAfter) this.#forget()
    const now = this.#parts.now()
    this.#failures = [...this.#failures.filter((time) => now - time < window), now]
    if (this.#failures.length > maxRestarts) {
      this.#wanted = false
      this.#parts.onGiveUp?.()
      return
    }
    const pause = Math.min(delay * 2 ** this.#streak, maxDelay, LONGEST_TIMER)
    this.#streak += 1
    this.#restartTimer = this.#parts.timers.setTimeout(() => this.#launch(), pause)
  }

  #forget(): void {
    this.#streak = 0
    this.#failures = []
  }

  #terminate(): void {
    const child = this.#child
    if (!child) return
    const { timers } = this.#parts
    const killTimer = timers.setTimeout(() => child.kill('SIGKILL'), this.#options.grace)
    child.once('exit', () => timers.clearTimeout(killTimer))
    child.kill()
  }
}
