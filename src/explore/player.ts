import { Builtins } from '../simulate/builtins.ts'
import { Crashes } from './crashes.ts'
import type { Exploration } from './exploration.ts'
import { type Outcome, perform } from './perform.ts'
import type { Schedule } from './schedule.ts'
import { simulatedStage } from './simulated-stage.ts'

/**
 * Plays schedules in simulations, one after the other, in this thread. Dispose of it: till then what nobody catches is told to
 * nobody else.
 */
export class Player implements Disposable {
  readonly #builtins = Builtins.replace()
  readonly #crashes = Crashes.install()

  /** Plays a schedule, and leaves nothing of it. Rejects with what is wrong with the schedule, `ERR_OPTION_…` or `ERR_FAULT_UNSUPPORTED`. */
  async play(exploration: Exploration, schedule: Schedule): Promise<Outcome> {
    const stage = simulatedStage(exploration, this.#builtins)
    try {
      return await perform(stage, exploration, schedule, this.#crashes)
    } finally {
      await stage.close()
    }
  }

  [Symbol.dispose](): void {
    this.#crashes.restore()
    this.#builtins.restore()
  }
}
