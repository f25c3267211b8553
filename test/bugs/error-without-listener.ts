import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'

import { RestartBudget } from './restart-budget.ts'
import type { SupervisorOptions, SupervisorParts } from './supervisor.ts'

/** Keeps a thumbnailer up, and tells its listeners: `restart` with the delay in ms, `ready`, `exit`. */
export class Supervisor extends EventEmitter {
  readonly #parts: SupervisorParts
  readonly #options: SupervisorOptions
  readonly #budget: RestartBudget
  #child: ChildProcess | undefined
  #restartTimer: NodeJS.Timeout | undefined
  #stableTimer: NodeJS.Timeout | undefined
  #drained: Promise<void> = Promise.resolve()
  /** Who belongs to an earlier one has nothing to say any more. */
  #generation = 0
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
    const generation = (this.#generation += 1)
    void this.#drained.then(() => this.#launch(generation))
  }

  stop(): Promise<void> {
    this.#active = false
    this.#generation += 1
    this.#clearTimers()
    this.#drained = this.#drained.then(() => this.#drain())
    return this.#drained
  }

  #launch(generation: number): void {
    if (generation !== this.#generation) return
    const { spawn, timers, file, args, env } = this.#parts
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    child.stdout.once('data', () => {
      if (generation !== this.#generation || this.#child !== child) return
      this.#stableTimer = timers.setTimeout(() => this.#budget.refill(), this.#options.stableAfter)
      this.emit('ready')
    })
    child.on('exit', () => this.#ended(generation))
  }

  #ended(generation: number): void {
    this.#child = undefined
    this.emit('exit')
    if (generation !== this.#generation) return
    this.#clearTimers()
    const { timers, onGiveUp } = this.#parts
    const pause = this.#budget.spend()
    this.#active = pause !== undefined
    if (pause === undefined) return onGiveUp?.()
    this.emit('restart', pause)
    this.#restartTimer = timers.setTimeout(() => this.#launch(generation), pause)
  }

  async #drain(): Promise<void> {
    const child = this.#child
    if (!child) return
    const { timers } = this.#parts
    const gone = new Promise<unknown>((resolve) => child.once('exit', resolve))
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
