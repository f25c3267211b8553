import { Builtins } from '../../simulate/builtins.ts'
import { Crashes } from './crashes.ts'
import type { Exploration } from '../exploration.ts'
import { type Outcome, perform } from './perform.ts'
import type { Schedule } from '../schedule.ts'
import { simulatedStage } from './simulated-stage.ts'

/** What the players of a thread share: it has one `setTimeout`, and one place where what nobody catches is told. */
interface House {
  readonly builtins: Builtins
  readonly crashes: Crashes
  players: number
  /** Settles when the play is over that was begun last. */
  over: Promise<unknown>
}

let house: House | undefined
let kept: Builtins | undefined

/**
 * Has what plays replace stay replaced in this thread, so that what is loaded from now on has it, however it takes it: also by
 * `const { spawn } = require('node:child_process')`. Throws `ERR_CLOCK_IN_USE` where timers have been replaced.
 */
export function keepReplaced(): void {
  kept ??= Builtins.replace()
}

/**
 * Plays schedules in simulations, one after the other, in this thread. Dispose of it: till then what nobody catches is told to
 * nobody else.
 */
export class Player implements Disposable {
  readonly #house: House
  #disposed = false

  /** Throws `ERR_CLOCK_IN_USE` where the timers of this thread have been replaced. */
  constructor() {
    house ??= {
      builtins: kept ?? Builtins.replace(),
      crashes: Crashes.install(),
      players: 0,
      over: Promise.resolve(),
    }
    house.players += 1
    this.#house = house
  }

  /** Plays a schedule, and leaves nothing of it. Rejects with what is wrong with the schedule, `ERR_OPTION_…` or `ERR_FAULT_UNSUPPORTED`. */
  play(exploration: Exploration, schedule: Schedule): Promise<Outcome> {
    const outcome = this.#house.over.then(() => this.#play(exploration, schedule))
    this.#house.over = outcome.catch(() => {})
    return outcome
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#house.players -= 1
    if (this.#house.players > 0) return
    this.#house.crashes.restore()
    if (this.#house.builtins !== kept) this.#house.builtins.restore()
    house = undefined
  }

  async #play(exploration: Exploration, schedule: Schedule): Promise<Outcome> {
    const { builtins, crashes } = this.#house
    const stage = simulatedStage(exploration, builtins)
    try {
      return await perform(stage, exploration, schedule, crashes)
    } finally {
      await stage.close()
    }
  }
}
