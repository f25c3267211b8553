import type { TimelineEvent } from './events.ts'

/** A timeline as it was at one moment, for those who draw it. JSON. */
export interface Recording {
  readonly events: readonly TimelineEvent[]
  /** When each was recorded, in ms of real time from any moment on; empty where that is not known. */
  readonly realTimes: readonly number[]
  /** The moment itself: what lived then has no end in the events. */
  readonly end: { readonly time: number; readonly virtual: boolean; readonly real: number }
}
