import type { KeptRecording } from '../kept-recording.ts'

/** How many events are shown of the beginning and of the end of a recording. */
export interface Shown {
  readonly first: number
  readonly last: number
}

/** A part of a timeline that is drawn from the left to the right: these events, and what lies before the one at `to`. */
export interface Strip {
  readonly from: number
  readonly to: number
}

/** The parts of a timeline, one below the other as the lines of a text are. */
export interface Strips {
  readonly before: readonly Strip[]
  /** How many events are left out then; undefined where all are shown, and nothing is `behind`. */
  readonly skipped: number | undefined
  readonly behind: readonly Strip[]
}

/**
 * Divides a timeline into strips of about the same number of events, none with more than `most`. What happens at one instant is kept
 * together, if that makes none of them much shorter.
 */
export function stripsOf({ events, cut }: KeptRecording, { first, last }: Shown, most: number): Strips {
  const times = events.map(({ time }) => time)
  const count = events.length
  if (count <= first + last && !cut) {
    return { before: divided(times, 0, count, most), skipped: undefined, behind: [] }
  }
  return {
    before: divided(times, 0, first, most),
    skipped: count - first - last + (cut?.count ?? 0),
    behind: divided(times, count - last, count, most),
  }
}

function divided(times: readonly number[], begin: number, end: number, most: number): Strip[] {
  const strips: Strip[] = []
  for (let from = begin; from < end || strips.length === 0;) {
    const size = Math.ceil((end - from) / Math.max(1, Math.ceil((end - from) / most)))
    const to = from + size >= end ? end : boundary(times, from, from + size)
    strips.push({ from, to })
    from = to
  }
  return strips
}

/** The last change of time in the last third, or else the very end. */
function boundary(times: readonly number[], from: number, to: number): number {
  for (let at = to; at > to - (to - from) / 3; at -= 1) if (times[at] !== times[at - 1]) return at
  return to
}
