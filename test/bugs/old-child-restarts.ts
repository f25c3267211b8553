import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'

import { RestartBudget } from './restart-budget.ts'
import type { SupervisorOptions, SupervisorParts } from './supervisor.ts'

/** Keeps a proxy up, and tells its listeners: `restart` with the delay in ms, `ready`, `exit`. */
export class Supervisor extends EventEmitter {
  readonly #parts: SupervisorParts
  readonly #options: SupervisorOptions
  readonly #budget: RestartBudget
  #child: ChildProcess | undefined
  #restartTimer: NodeJS.Timeout | undefined
  #stableTimer: NodeJS.Timeout | undefined
  #drained: Promise<void> = Promise.resolve()
  #active = false

  constructor(parts: SupervisorParts, options: SupervisorOptions) {
    super()
    this.#parts = parts
    this.#options = options
    this.#budget = new RestartBudget(options, parts.now)
  }

  start(): void {
    if (this.#active) return
    this.#active = true
    this.#budget.refill()
    void this.#drained.then(() => this.#child ?? this.#launch())
  }

  stop(): Promise<void> {
    this.#active = false
    this.#clearTimers()
    this.#drained = this.#drained.then(() => this.#drain())
    return this.#drained
  }

  #launch(): void {
    if (!this.#active) return
    const { spawn, timers, file, args, env } = this.#parts
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    child.stdout.once('data', () => {
      if (!this.#active || this.#child !== child) return
      this.#stableTimer = timers.setTimeout(() => this.#budget.refill(), this.#options.stableAfter)
      this.emit('ready')
    })
    child.on('exit', () => this.#ended())
    child.on('error', () => child.pid ?? this.#ended())
  }

  #ended(): void {
    this.#child = undefined
    this.emit('exit')
    if (!this.#active) return
    this.#clearTimers()
    const { timers, onGiveUp } = this.#parts
    const pause = this.#budget.spend()
    this.#active = pause !== undefined
    if (pause === undefined) return onGiveUp?.()
    this.emit('restart', pause)
    this.#restartTimer = timers.setTimeout(() => this.#launch(), pause)
  }

  async #drain(): Promise<void> {
    const child = this.#child
    if (!child) return
    const { timers } = this.#parts
    const gone = new Promise<unknown>((resolve) => child.once('exit', resolve).once('error', resolve))
    const killTimer = timers.setTimeout(() => child.kill('SIGKILL'), this.#options.grace)
    child.kill()
    await gone
    timers.clearTimeout(killTimer)
  }

  #clearTimers(): void {
    this.#parts.timers.clearTimeout(this.#restartTimer)
    this.#parts.timers.clearTimeout(this.#stableTimer)
  }
}
