import * as fc from 'fast-check'

import type { Json } from '../../src/json.ts'
import type { TimelineEntry } from '../../src/timeline/events.ts'
import { Timeline } from '../../src/timeline/timeline.ts'

/** What happened when. */
export interface Step {
  readonly time: number
  readonly entry: TimelineEntry
  /** Default: true. */
  readonly virtual?: boolean
}

/** A timeline that was told these steps. */
export function recorded(steps: readonly Step[]): Timeline {
  let step: Step | undefined
  const timeline = new Timeline({ now: () => step?.time ?? 0, virtual: () => step?.virtual ?? true })
  for (step of steps) timeline.record(step.entry)
  return timeline
}

/** One that is told entries at a virtual time that never moves. */
export function still(...entries: TimelineEntry[]): Timeline {
  return recorded(entries.map((entry) => ({ time: 0, entry })))
}

const text = fc.string({ unit: 'binary', maxLength: 8 })
const signal = fc.constantFrom<NodeJS.Signals>('SIGTERM', 'SIGKILL')
const proof = fc
  .jsonValue({ maxDepth: 2 })
  // What has come over a connection.
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
  .filter((value) => !/pid|sid|tid|pgid/i.test(JSON.stringify(value)))

/** Anything that may happen. */
export const entries: fc.Arbitrary<TimelineEntry> = fc
  .record({
    agent: fc.constantFrom('agent', 'web', 'a-worker-with-a-long-name'),
    attempt: fc.nat({ max: 12 }),
  })
  .chain((who) =>
    fc.oneof(
      fc.constantFrom<TimelineEntry>(
        { ...who, kind: 'spawn' },
        { ...who, kind: 'ready' },
        { ...who, kind: 'reset' },
        { ...who, kind: 'gave-up' },
        { ...who, kind: 'stopped' },
      ),
      text.map((code): TimelineEntry => ({ ...who, kind: 'spawn-failed', code })),
      text.map((name): TimelineEntry => ({ ...who, kind: 'cue', name })),
      fc.tuple(text, proof).map(([fault, proof]): TimelineEntry => ({ ...who, kind: 'fault', fault, proof })),
      signal.map((signal): TimelineEntry => ({ ...who, kind: 'signal', signal })),
      fc.nat().map((exitCode): TimelineEntry => ({ ...who, kind: 'exit', exitCode, signal: null })),
      signal.map((signal): TimelineEntry => ({ ...who, kind: 'exit', exitCode: null, signal })),
      text.map((reason): TimelineEntry => ({ ...who, kind: 'start-failed', reason })),
      fc.nat().map((delay): TimelineEntry => ({ ...who, kind: 'backoff', delay })),
      text.map((url): TimelineEntry => ({
        ...who,
        kind: 'request',
        method: 'GET',
        url,
        outcome: 'answered',
        status: 200,
      })),
      text.map((text): TimelineEntry => ({ kind: 'note', text })),
    ),
  )

/** Anything that may happen, at any whole ms of virtual or real time. */
export const steps: fc.Arbitrary<Required<Step>> = fc.record({
  time: fc.nat({ max: 100_000_000 }),
  virtual: fc.boolean(),
  entry: entries,
})
