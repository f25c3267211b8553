import type { Clock } from '../../clock/clock.ts'

/** The clock of a stage, as its scenario has it: of what waits on it the stage's own waits are none. */
export class ScenarioClock implements Clock {
  readonly #clock: Clock
  #waiting = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get now(): number {
    return this.#clock.now
  }

  /** How many sleeps of the scenario, and of its restart loops, are under way. */
  get waiting(): number {
    return this.#waiting
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const sleep = this.#clock.sleep(ms, signal)
    const over = (): void => {
      this.#waiting -= 1
    }
    this.#waiting += 1
    sleep.then(over, over)
    return sleep
  }
}
