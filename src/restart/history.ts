/** One start that has ended. Times are ms of the loop's clock. */
export interface RestartRecord {
  /** When the start began. */
  readonly startedAt: number
  readonly endedAt: number
  /** How long it was up, in ms; 0 if it never was. */
  readonly uptime: number
  /** How long after its end the next start follows, in ms; absent while that is being decided. */
  readonly delay?: number
}

/**
 * How many of the failures so far count against `maxRestarts`, for limits that no number of ms describes. They are those
 * since the last reset, at most the latest 1000, in order; the last one is new, and has its delay already.
 */
export type RestartWindow = (failures: readonly RestartRecord[]) => number

/** What a loop that runs for years remembers at most. */
const LIMIT = 1000

/** The latest failures since a reset. One more makes another history, and costs the same however many there are. */
export class History {
  /** Shared with the histories that have come of this one, which have put theirs behind. */
  readonly #records: RestartRecord[]
  readonly #end: number

  constructor(records: RestartRecord[] = [], end = records.length) {
    this.#records = records
    this.#end = end
  }

  get length(): number {
    return Math.min(this.#end, LIMIT)
  }

  get last(): RestartRecord | undefined {
    return this.#records[this.#end - 1]
  }

  /** What is remembered, in order, and this one behind it. */
  listWith(latest: RestartRecord): RestartRecord[] {
    return [...this.#latest(LIMIT - 1), latest]
  }

  with(latest: RestartRecord): History {
    const isShared = this.#end === 0 || this.#records.length > this.#end
    if (isShared || this.#end >= 2 * LIMIT) return new History(this.listWith(latest))
    this.#records.push(latest)
    return new History(this.#records, this.#end + 1)
  }

  #latest(count: number): RestartRecord[] {
    return this.#records.slice(Math.max(0, this.#end - count), this.#end)
  }
}

/** How long the program lived from its start to its end, in ms: what supervisors go by that know of no readiness. */
export function lifetime({ startedAt, endedAt }: RestartRecord): number {
  return endedAt - startedAt
}
