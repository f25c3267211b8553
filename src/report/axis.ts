import type { Recording } from '../timeline/recording.ts'
import { durationText } from './duration.ts'
import { tenths } from './tenths.ts'
import { timesOf } from './times.ts'

/** A moment that has its time written to it. */
export interface Tick {
  /** Px from the left end of the axis. */
  readonly at: number
  /** Ms since the test body began. */
  readonly time: number
  readonly label: string
}

/** Where the moments of a recording lie on a line. */
export interface Axis {
  /** Of the whole line, in px. */
  readonly width: number
  /** Px of each event, and, as the last one, of the moment of the recording. Never descending. */
  readonly positions: readonly number[]
  /** Ascending; so far apart that no label touches the next one. */
  readonly ticks: readonly Tick[]
}

/** How wide an {@link orderedAxis} is. All in px. */
export interface OrderedAxisOptions {
  /** What it is stretched to. */
  readonly width: number
  /** What every event gets at least, even where that makes the axis longer. */
  readonly slot: number
  /** What every event gets at most, before the rest goes to the gaps between times. */
  readonly widestSlot?: number
  /** What a character of a label takes. Default 6.5. */
  readonly character?: number
}

/**
 * An axis of what came before what: an event has a place of its own also where many happen at one instant, as they do in virtual
 * time. Event i + 1 lies behind event i by `slot + spare · √d / Σ√d`, where d is the time between the two, and `spare` what of
 * the width the slots leave: so longer is wider, and an hour does not hide a second.
 */
export function orderedAxis(recording: Recording, options: OrderedAxisOptions): Axis {
  const times = timesOf(recording)
  const roots = times.map((time, index) => Math.sqrt(Math.max(0, time - (times[index - 1] ?? time))))
  const sum = roots.reduce((total, root) => total + root, 0)
  const count = Math.max(1, times.length - 1)
  // Where time passes, that is what the width is for; where none does, the events have all of it.
  const share = sum === 0 ? options.width : options.width * SLOTS_SHARE
  const { slot: least, widestSlot: most = Infinity } = options
  const slot = Math.max(least, Math.min(most, share / count))
  const spare = sum === 0 ? 0 : Math.max(options.width - slot * count, GAPS_SHARE * slot * count)
  let at = 0
  const positions = roots.map((root, index) => {
    if (index > 0) at += slot + (sum === 0 ? 0 : (spare * root) / sum)
    return tenths(at)
  })
  const firsts = times.flatMap((time, index) =>
    index === 0 || time !== times[index - 1] ? [{ at: positions[index] ?? 0, time }] : [],
  )
  return { width: at, positions, ticks: apart(firsts, options.character) }
}

/** How much of the width the events have where time passes between them, and how much the gaps have at least besides the events. */
const SLOTS_SHARE = 0.55
const GAPS_SHARE = 0.35

/** The first of them, and each that has room behind the one before. */
function apart(moments: readonly Omit<Tick, 'label'>[], character = 6.5): Tick[] {
  let free = -Infinity
  return moments.flatMap((moment) => {
    if (moment.at < free) return []
    const label = durationText(moment.time)
    free = moment.at + label.length * character + LABEL_GAP
    return [{ ...moment, label }]
  })
}

const LABEL_GAP = 10
