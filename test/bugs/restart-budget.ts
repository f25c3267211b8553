import { LONGEST_TIMER, type SupervisorOptions } from './supervisor.ts'

/** How often a program may be started again, and how soon. */
export class RestartBudget {
  readonly #options: SupervisorOptions
  readonly #now: () => number
  #streak = 0
  #failures: number[] = []

  constructor(options: SupervisorOptions, now: () => number) {
    this.#options = options
    this.#now = now
  }

  /**
   * Counts a failure after so many ms of being ready. The delay before the next start, in ms; undefined if there may be
   * none.
   */
  spend(uptime = 0): number | undefined {
    const { delay, maxDelay, maxRestarts, stableAfter, window } = this.#options
    if (uptime >= stableAfter) this.refill()
    const now = this.#now()
    this.#failures = [...this.#failures.filter((time) => now - time < window), now]
    if (this.#failures.length > maxRestarts) return undefined
    const pause = Math.min(delay * 2 ** this.#streak, maxDelay, LONGEST_TIMER)
    this.#streak += 1
    return pause
  }

  /** Forgets all failures. */
  refill(): void {
    this.#streak = 0
    this.#failures = []
  }
}
