/** Numbers what a test starts: the attempts of each agent id, and the marks by which their descendants are found. */
export class Attempts {
  readonly #byAgent = new Map<string, number>()
  #marks = 0
  /** Told of each start that takes its number. */
  onStart: (agentId: string) => void = () => {}

  /** The number of this start of `agentId`, from 1. */
  next(agentId: string): number {
    const attempt = this.upcoming(agentId)
    this.#byAgent.set(agentId, attempt)
    this.onStart(agentId)
    return attempt
  }

  /** The number of the start of `agentId` that comes next. */
  upcoming(agentId: string): number {
    return (this.#byAgent.get(agentId) ?? 0) + 1
  }

  /** A mark below `parent` that no other start has. */
  nextMark(parent: string): string {
    return `${parent}.${++this.#marks}`
  }
}
