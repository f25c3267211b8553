import { syncBuiltinESMExports } from 'node:module'

import { assertRealTime } from '../clock/real-clocks.ts'
import { randomStream } from '../random.ts'
import type { Simulation } from './simulation.ts'
import { replaceClocks } from './builtins/clocks.ts'
import type { Place } from './builtins/entered.ts'
import { replaceProcesses } from './builtins/processes.ts'
import { replaceTimers } from './builtins/timers.ts'

type Listener = (...args: unknown[]) => void

/**
 * Has `node:child_process`, timers, clocks and `Math.random` of this thread belong to a simulation, so that a supervisor runs
 * there as it is: also what has imported them as an ES module before. What was taken out of them before, as by
 * `const { spawn } = require('node:child_process')`, stays real: load such a program after `replace`.
 *
 * `nextTick`, microtasks and immediates stay real. There are no `spawnSync`, `execSync` and `execFileSync` in a simulation
 * (`ERR_SIMULATION_UNSUPPORTED`), and `process.kill` reaches its processes alone (`ESRCH`).
 */
export class Builtins {
  readonly #place: Place = { current: undefined }
  readonly #undo: (() => void)[] = []
  #listeners = new Map<string | symbol, readonly unknown[]>()

  private constructor() {
    const replace = <Target extends object>(
      target: Target,
      name: keyof Target & string,
      value: unknown,
    ): void => this.#replace(target, name, value)
    replaceTimers(this.#place, replace)
    replaceClocks(this.#place, replace)
    replaceProcesses(this.#place, replace)
  }

  /** Puts them in place: real still, until a simulation is entered. Throws `ERR_CLOCK_IN_USE` where that has been done already. */
  static replace(): Builtins {
    assertRealTime()
    const builtins = new Builtins()
    syncBuiltinESMExports()
    return builtins
  }

  /** From now on they belong to this simulation. @param seed what `Math.random` gives */
  enter(simulation: Simulation, seed: number): void {
    this.leave()
    let stream: (() => number) | undefined
    const random = (): number => (stream ??= randomStream(seed, 'Math.random'))()
    this.#place.current = { simulation, random }
    for (const event of process.eventNames()) this.#listeners.set(event, rawListeners(event))
  }

  /** They are real again. Listeners of `process` that have been added since are taken off. */
  leave(): void {
    if (!this.#place.current) return
    this.#place.current = undefined
    for (const event of process.eventNames()) {
      const before = this.#listeners.get(event) ?? []
      for (const listener of rawListeners(event)) {
        if (!before.includes(listener)) process.removeListener(event, listener)
      }
    }
    this.#listeners.clear()
  }

  /** Leaves, and gives everything back. Idempotent. */
  restore(): void {
    this.leave()
    for (const undo of this.#undo.splice(0).toReversed()) undo()
    syncBuiltinESMExports()
  }

  #replace<Target extends object>(target: Target, name: keyof Target & string, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(target, name)
    const { enumerable = false } = before ?? {}
    Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable })
    this.#undo.push(() => {
      if (before) Object.defineProperty(target, name, before)
      else Reflect.deleteProperty(target, name)
    })
  }
}

function rawListeners(event: string | symbol): Listener[] {
  return process.rawListeners(event) as Listener[]
}
