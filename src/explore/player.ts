import { Crashes } from './crashes.ts'
import type { Exploration } from './exploration.ts'
import { type Outcome, perform } from './perform.ts'
import type { Schedule } from './schedule.ts'
import { simulatedStage } from './simulated-stage.ts'

/** Plays schedules in simulations, one after the other, in this thread. Dispose of it: till then nothing is caught by others. */
export class Player implements Disposable {
  readonly #crashes = Crashes.install()

  /** Plays a schedule, and leaves nothing of it. */
  async play(exploration: Exploration, schedule: Schedule): Promise<Outcome> {
    const stage = simulatedStage(exploration)
    try {
      return await perform(stage, exploration, schedule, this.#crashes)
    } finally {
      await stage.close()
    }
  }

  [Symbol.dispose](): void {
    this.#crashes.restore()
  }
}
