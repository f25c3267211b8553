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

/** The failures with one more, or with the last one completed. */
export function remember(failures: readonly RestartRecord[], latest: RestartRecord): RestartRecord[] {
  return [...failures.slice(1 - LIMIT), latest]
}

/** How long the program lived from its start to its end, in ms: what supervisors go by that know of no readiness. */
export function lifetime({ startedAt, endedAt }: RestartRecord): number {
  return endedAt - startedAt
}
