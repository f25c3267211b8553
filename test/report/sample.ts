import type { TimelineEntry, TimelineEvent } from '../../src/timeline/events.ts'
import type { Recording } from '../../src/timeline/recording.ts'

/** A recording of these entries, each behind the time at which it was. */
export function recorded(
  entries: readonly (readonly [time: number, entry: TimelineEntry])[],
  { end = entries.at(-1)?.[0] ?? 0, virtual = true } = {},
): Recording {
  const events = entries.map(([time, entry], index): TimelineEvent => ({
    ...entry,
    seq: index + 1,
    time,
    virtual,
  }))
  return {
    events,
    realTimes: events.map(({ time }) => 5000 + time / 10),
    end: { time: end, virtual, real: 9000 },
  }
}

/** An agent that exits as soon as it is ready and is started again so many times, after 1, 2, 4 s and so on. */
export function crashLoop(
  attempts: number,
  agent = 'agent',
  wait = (attempt: number) => 1000 * 2 ** (attempt - 1),
): Recording {
  let time = 0
  const entries = Array.from({ length: attempts }, (_, index): (readonly [number, TimelineEntry])[] => {
    const attempt = index + 1
    const now = time
    const delay = wait(attempt)
    const last = attempt === attempts
    time += delay
    return [
      [now, { kind: 'spawn', agent, attempt }],
      [now, { kind: 'ready', agent, attempt }],
      [now, { kind: 'fault', agent, attempt, fault: 'exit', proof: { code: 1 } }],
      [now, { kind: 'exit', agent, attempt, exitCode: 1, signal: null }],
      [now, last ? { kind: 'gave-up', agent, attempt } : { kind: 'backoff', agent, attempt, delay }],
    ]
  })
  return recorded(entries.flat())
}
