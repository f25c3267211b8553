import type { ChildProcess } from 'node:child_process'

import { RestartBudget } from './restart-budget.ts'
import type { SupervisorOptions, SupervisorParts } from './supervisor.ts'

/** How often a worker is looked at. ms. */
const HEALTH_CHECK = 2000

/** One run of the program, from its start to its end. */
class Worker {
  /** How long it was ready, in ms. */
  readonly ended: Promise<number>
  /** In ms. */
  lastSeen: number
  readonly #child: ChildProcess
  readonly #healthCheck: NodeJS.Timeout
  readonly #parts: SupervisorParts
  #stopped: Promise<void> | undefined

  constructor(parts: SupervisorParts) {
    const { spawn, timers, file, args, env, now } = parts
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let readySince = Infinity
    child.stdout.once('data', () => (readySince = now()))
    this.ended = new Promise((resolve) => {
      child.on('error', () => child.pid ?? resolve(0))
      child.on('exit', () => resolve(now() - readySince))
    })
    this.#child = child
    this.lastSeen = now()
    this.#healthCheck = timers.setInterval(() => this.#look(), HEALTH_CHECK)
    this.#parts = parts
  }

  /** Whether it ends, or has ended, because it was stopped. */
  get dismissed(): boolean {
    return this.#stopped !== undefined
  }

  stop(grace: number): Promise<void> {
    return (this.#stopped ??= this.#terminate(grace))
  }

  async #terminate(grace: number): Promise<void> {
    const { timers } = this.#parts
    const killTimer = timers.setTimeout(() => this.#child.kill('SIGKILL'), grace)
    this.#child.kill('SIGTERM')
    await this.ended
    timers.clearTimeout(killTimer)
    timers.clearInterval(this.#healthCheck)
  }

  #look(): void {
    if (this.#child.exitCode === null) this.lastSeen = this.#parts.now()
  }
}

/** Keeps a cache up by one worker after another, and knows when each was last seen. */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #options: SupervisorOptions
  readonly #budget: RestartBudget
  #worker: Worker | undefined
  #restartTimer: NodeJS.Timeout | undefined
  #wanted = false

  constructor(parts: SupervisorParts, options: SupervisorOptions) {
    this.#parts = parts
    this.#options = options
    this.#budget = new RestartBudget(options, parts.now)
  }

  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#budget.refill()
    if (!this.#worker) this.#hire()
  }

  async stop(): Promise<void> {
    this.#wanted = false
    this.#parts.timers.clearTimeout(this.#restartTimer)
    await this.#worker?.stop(this.#options.grace)
  }

  #hire(): void {
    const worker = new Worker(this.#parts)
    this.#worker = worker
    void worker.ended.then((uptime) => {
      this.#worker = undefined
      if (!this.#wanted) return
      if (worker.dismissed) this.#hire()
      else this.#replace(uptime)
    })
  }

  #replace(uptime: number): void {
    const pause = this.#budget.spend(uptime)
    this.#wanted = pause !== undefined
    if (pause === undefined) this.#parts.onGiveUp?.()
    else this.#restartTimer = this.#parts.timers.setTimeout(() => this.#hire(), pause)
  }
}
