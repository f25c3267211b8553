import { gunzipSync, gzipSync } from 'node:zlib'

import type { Recording } from '../timeline/recording.ts'

/** How many events of one recording are kept at its beginning, and as many at its end. */
export const KEPT_EVENTS = 10_000

/** A recording that may be cut in its middle. */
export interface KeptRecording extends Recording {
  /** How many events are missing, and the `seq` of the first of them; absent where all are there. */
  readonly cut?: { readonly count: number; readonly from: number }
}

/**
 * Recordings as one text: gzip of their JSON, in base64. It crosses to Vitest's main process and lies in its blob reports, so it
 * has to be small: some 20 bytes an event. Of a longer recording the first and the last {@link KEPT_EVENTS} events are kept.
 */
export function packRecordings(recordings: readonly Recording[]): string {
  return gzipSync(JSON.stringify(recordings.map(kept))).toString('base64')
}

/** What {@link packRecordings} has packed. Throws for any other text. */
export function unpackRecordings(packed: string): readonly KeptRecording[] {
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as KeptRecording[]
}

function kept(recording: Recording): KeptRecording {
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
