import type { Recording } from '../timeline/recording.ts'

/** How many events of one recording are kept at its beginning, and as many at its end. */
export const KEPT_EVENTS = 10_000

/** A recording that may be cut in its middle. */
export interface KeptRecording extends Recording {
  /** How many events are missing, and the `seq` of the first of them; absent where all are there. */
  readonly cut?: { readonly count: number; readonly from: number }
}

/** The recording, or of a longer one its first and its last {@link KEPT_EVENTS} events. */
export function keptOf(recording: Recording): KeptRecording {
  const { events, realTimes } = recording
  const count = events.length - 2 * KEPT_EVENTS
  if (count <= 0) return recording
  const ends = <Item>(items: readonly Item[]): Item[] => [
    ...items.slice(0, KEPT_EVENTS),
    ...items.slice(-KEPT_EVENTS),
  ]
  return {
    ...recording,
    events: ends(events),
    realTimes: ends(realTimes),
    cut: { count, from: KEPT_EVENTS + 1 },
  }
}
