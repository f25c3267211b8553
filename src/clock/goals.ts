import { type Deferred, deferred } from '../wait.ts'

/** What a call that moves time waits for. */
export interface Goal {
  /** Asked whenever everything is at rest. What it throws is the outcome. */
  readonly met: () => boolean
  /** Time moves to here, and then the goal is met. ms. */
  readonly until?: number
  /** Time does not move further for it. ms. */
  readonly limit: number
}

/** What the calls wait for that move time at this moment. */
export class Goals {
  readonly #outcomes = new Map<Goal, Deferred<void>>()

  get size(): number {
    return this.#outcomes.size
  }

  /** The first time at which one of them is met; `Infinity` if none of them is met by time alone. */
  get until(): number {
    return Math.min(...[...this.#outcomes.keys()].map(({ until }) => until ?? Infinity))
  }

  /** Resolves when the goal is met. Rejects with what ends it before, the reason of the signal included. */
  async pursue(goal: Goal, signal: AbortSignal | undefined): Promise<void> {
    const outcome = deferred<void>()
    const abort = (): void => outcome.reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    this.#outcomes.set(goal, outcome)
    try {
      await outcome.promise
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#outcomes.delete(goal)
    }
  }

  /** Ends those that are met now, everything being at rest. False if none was. */
  endMet(): boolean {
    const before = this.size
    for (const goal of this.#outcomes.keys()) {
      try {
        if (goal.met()) this.#end(goal)
      } catch (error) {
        this.#end(goal, error)
      }
    }
    return this.size < before
  }

  /** Ends those for which time would move too far. */
  endBeyond(time: number, errorOf: (limit: number) => Error): void {
    for (const goal of this.#outcomes.keys()) if (time > goal.limit) this.#end(goal, errorOf(goal.limit))
  }

  fail(error: unknown): void {
    for (const goal of this.#outcomes.keys()) this.#end(goal, error)
  }

  #end(goal: Goal, error?: unknown): void {
    const outcome = this.#outcomes.get(goal)
    this.#outcomes.delete(goal)
    if (error === undefined) outcome?.resolve()
    else outcome?.reject(error)
  }
}
