import { type Axis, orderedAxis } from '../axis.ts'
import type { Bar, Lane } from '../lanes.ts'
import type { KeptRecording } from '../kept-recording.ts'
import type { Shown, Strip } from './strips.ts'

/** How far what comes from the strip before reaches to the left of the first event, where the time of that is written. Px. */
export const LEAD = 9

const SLOT = { least: 12, most: 26 }

/** How many events have room in a strip whose axis is so wide, if time passes between them. */
export function roomFor(width: number): number {
  return Math.max(4, Math.floor(width / (SLOT.least * 1.36)))
}

/** What of a recording is shown in a strip, and where. */
export class View {
  readonly axis: Axis
  readonly strip: Strip
  readonly #count: number
  /** Where events begin to be missing from the recording itself. */
  readonly #lostFrom: number

  constructor(recording: KeptRecording, strip: Strip, { first }: Shown, width: number) {
    const { events, cut, end } = recording
    const next = events[strip.to]
    this.strip = strip
    this.#count = events.length
    this.#lostFrom = cut ? first : Infinity
    this.axis = orderedAxis(
      {
        events: events.slice(strip.from, strip.to),
        realTimes: [],
        end: next ? { time: next.time, virtual: next.virtual, real: 0 } : end,
      },
      { width, slot: SLOT.least, widestSlot: SLOT.most, character: 7 },
    )
  }

  /** Px of an event by its index; undefined if it is not in the strip. */
  at(index: number): number | undefined {
    const { from, to } = this.strip
    return index >= from && index < to ? this.axis.positions[index - from] : undefined
  }

  /** Px of what the strip has of a bar of a lane; undefined if it has nothing of it. */
  stretch(bar: Bar, lane: Lane): { readonly from: number; readonly to: number } | undefined {
    const { from, to } = this.strip
    const end = this.#endOf(bar, lane)
    const isStub = end === from && !lane.events.includes(from)
    if (bar.from >= to || end < from || isStub) return undefined
    return { from: this.at(bar.from) ?? -LEAD, to: this.at(end) ?? this.axis.width }
  }

  /** What is not heard of any more behind what is missing may have ended there. */
  #endOf({ to }: Bar, { events }: Lane): number {
    const isLost = to >= this.#count && (events.at(-1) ?? 0) < this.#lostFrom
    return isLost ? Math.min(to, this.#lostFrom) : to
  }
}
