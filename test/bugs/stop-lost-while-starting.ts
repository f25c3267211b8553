import type { ChildProcess } from 'node:child_process'

import { RestartBudget } from './restart-budget.ts'
import type { SupervisorOptions, SupervisorParts } from './supervisor.ts'

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'starting'; readonly child: ChildProcess; readonly timer: NodeJS.Timeout }
  | { readonly name: 'running'; readonly child: ChildProcess; readonly since: number }
  | { readonly name: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly name: 'stopping'; readonly stopped: Promise<void>; finish(): void; again: boolean }

/** Keeps a container up as a state machine. */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #options: SupervisorOptions
  readonly #budget: RestartBudget
  #state: State = { name: 'idle' }

  constructor(parts: SupervisorParts, options: SupervisorOptions) {
    this.#parts = parts
    this.#options = options
    this.#budget = new RestartBudget(options, parts.now)
  }

  start(): void {
    if (this.#state.name === 'stopping') this.#state.again = true
    if (this.#state.name !== 'idle') return
    this.#budget.refill()
    this.#launch()
  }

  async stop(): Promise<void> {
    const state = this.#state
    const { timers } = this.#parts
    if (state.name === 'waiting') {
      timers.clearTimeout(state.timer)
      this.#state = { name: 'idle' }
    }
    if (state.name === 'running') await this.#terminate(state.child)
    if (state.name === 'stopping') {
      state.again = false
      await state.stopped
    }
  }

  #launch(): void {
    const { spawn, timers, file, args, env, now } = this.#parts
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const timer = timers.setTimeout(() => child.kill('SIGKILL'), this.#options.readyTimeout)
    this.#state = { name: 'starting', child, timer }
    child.stdout.once('data', () => {
      if (this.#state.name !== 'starting' || this.#state.child !== child) return
      timers.clearTimeout(timer)
      this.#state = { name: 'running', child, since: now() }
    })
    child.on('exit', () => this.#ended())
    child.on('error', () => child.pid ?? this.#ended())
  }

  #ended(): void {
    const state = this.#state
    const { timers, onGiveUp } = this.#parts
    if (state.name === 'stopping') return state.finish()
    if (state.name === 'starting') timers.clearTimeout(state.timer)
    const pause = this.#budget.spend(state.name === 'running' ? this.#parts.now() - state.since : 0)
    this.#state = { name: 'idle' }
    if (pause === undefined) return onGiveUp?.()
    this.#state = { name: 'waiting', timer: timers.setTimeout(() => this.#launch(), pause) }
  }

  #terminate(child: ChildProcess): Promise<void> {
    const { timers } = this.#parts
    const killTimer = timers.setTimeout(() => child.kill('SIGKILL'), this.#options.grace)
    let resolve = (): void => {}
    const stopped = new Promise<void>((done) => (resolve = done))
    const finish = (): void => {
      timers.clearTimeout(killTimer)
      resolve()
      const again = this.#state.name === 'stopping' && this.#state.again
      this.#state = { name: 'idle' }
      if (again) this.start()
    }
    this.#state = { name: 'stopping', stopped, finish, again: false }
    child.kill()
    return stopped
  }
}
