import { type Axis, orderedAxis } from '../axis.ts'
import type { Bar, Lane } from '../lanes.ts'
import type { KeptRecording } from '../packed.ts'

/** How many events a picture shows of the beginning and of the end of a recording. */
export const SHOWN = { first: 60, last: 140 }

/** What the gap takes that stands for the events that are left out. Px. */
const GAP = 60

/** Which events are shown, and where. */
export class View {
  readonly axis: Axis
  /** The events that are left out: of how many there is no sign, and px of the middle of the gap. */
  readonly gap: { readonly count: number; readonly at: number } | undefined
  readonly #skipFrom: number
  readonly #skipTo: number
  readonly #count: number
  readonly #isCut: boolean

  constructor(recording: KeptRecording, width: number, slot: number) {
    const { events, cut } = recording
    const skipped = Math.max(0, events.length - SHOWN.first - SHOWN.last)
    this.#skipFrom = skipped > 0 ? SHOWN.first : Infinity
    this.#skipTo = skipped > 0 ? SHOWN.first + skipped : Infinity
    this.#count = events.length
    this.#isCut = cut !== undefined
    const axisOf = (from: number, to: number): Axis => {
      const next = events[to]
      const end = next ? { ...next, real: 0 } : recording.end
      const options = {
        width: (width * (to - from)) / (events.length - skipped),
        slot,
        widestSlot: WIDEST_SLOT,
      }
      return orderedAxis({ events: events.slice(from, to), realTimes: [], end }, options)
    }
    if (skipped === 0) {
      this.axis = axisOf(0, events.length)
      this.gap = undefined
      return
    }
    // What is left out takes no width: each side has an axis of its own.
    const [first, last] = [axisOf(0, SHOWN.first - 1), axisOf(this.#skipTo, events.length)]
    this.gap = { count: skipped + (cut?.count ?? 0), at: Math.round(first.width + GAP / 2) }
    this.axis = joined(first, last)
  }

  /** Px of an event by its index, or of the end of the recording; undefined for an event that is left out. */
  at(index: number): number | undefined {
    if (index >= this.#skipFrom && index < this.#skipTo) return undefined
    return this.#position(index)
  }

  /**
   * Px of a bar of a lane; undefined if all of it is left out. One that ends or begins among what is left out does so in the middle of the
   * gap.
   */
  stretch({ from, to }: Bar, { events }: Lane): { readonly from: number; readonly to: number } | undefined {
    const { at: middle = 0 } = this.gap ?? {}
    // Where events are missing from the recording itself, what is not heard of behind them may have ended among them.
    const isLost = this.#isCut && to >= this.#count && (events.at(-1) ?? 0) < this.#skipFrom
    const [begin, end] = [this.at(from), isLost ? undefined : this.at(to)]
    if (begin === undefined && end === undefined) return undefined
    return { from: begin ?? middle, to: end ?? middle }
  }

  #position(index: number): number {
    const skipped = index >= this.#skipTo ? this.#skipTo - this.#skipFrom : 0
    return this.axis.positions[index - skipped] ?? this.axis.width
  }
}

const WIDEST_SLOT = 26

/** The end of the first one is the last event before the gap. */
function joined(first: Axis, last: Axis): Axis {
  const moved = (at: number): number => Math.round((at + first.width + GAP) * 10) / 10
  return {
    width: moved(last.width),
    positions: [...first.positions, ...last.positions.map(moved)],
    ticks: [...first.ticks, ...last.ticks.map((tick) => ({ ...tick, at: moved(tick.at) }))],
  }
}
