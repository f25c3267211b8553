import type { Recording } from '../timeline/recording.ts'

/** Of the events, and of the moment of the recording. Never descending, so that what was first stays first. */
export function timesOf({ events, end }: Recording): number[] {
  const last = events.at(-1)
  // What was recorded after virtual time had ended says nothing of it.
  const over = last !== undefined && last.virtual !== end.virtual
  return ascending([...events.map(({ time }) => time), over ? last.time : end.time])
}

export function realTimesOf({ events, realTimes, end }: Recording): number[] | undefined {
  const [first] = realTimes
  if (first === undefined || realTimes.length !== events.length) return undefined
  return ascending([...realTimes, end.real].map((time) => time - first))
}

/** A virtual clock that ends hands over to real time, which may be behind it. */
function ascending(times: readonly number[]): number[] {
  let latest = -Infinity
  return times.map((time) => (latest = Math.max(latest, time)))
}
