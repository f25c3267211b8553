/** Numbers what a test starts: the attempts of each agent id, and the marks by which their descendants are found. */
export class Attempts {
  readonly #byAgent = new Map<string, number>()
  #marks = 0

  /** The number of this start of `agentId`, from 1. */
  next(agentId: string): number {
    const attempt = (this.#byAgent.get(agentId) ?? 0) + 1
    this.#byAgent.set(agentId, attempt)
    return attempt
  }

  /** A mark below `parent` that no other start has. */
  nextMark(parent: string): string {
    return `${parent}.${++this.#marks}`
  }
}
