import { exactMs } from '../../timeline/exact-ms.ts'
import type { Recording } from '../../timeline/recording.ts'
import { orderedAxis } from '../axis.ts'
import { grouped } from '../grouped.ts'
import { type Bar, type Lane, lanesOf } from '../lanes.ts'
import { realTimesOf, timesOf } from '../times.ts'
import { type Glyph, glyphOf } from './glyphs.ts'

export type AxisKind = 'order' | 'virtual' | 'real'

/** A recording, ready to be drawn: where everything lies, in lanes and on an axis. */
export interface Scene {
  readonly recording: Recording
  readonly axis: AxisKind
  readonly lanes: readonly Lane[]
  /** On the axis, of each event and of the end; ms, unless the axis is the order. Ascending. */
  readonly positions: readonly number[]
  readonly from: number
  readonly to: number
  /** Ms of real time of each event and of the end: since the test began if that is known, else since the first event. */
  readonly real: readonly number[] | undefined
  /** Of each event. */
  readonly laneOf: readonly number[]
  readonly glyphs: readonly Glyph[]
}

/** The axes on which a recording can be shown; the first is taken unless another was chosen. */
export function axesOf(recording: Recording): readonly AxisKind[] {
  const virtual = recording.events.some((event) => event.virtual)
  const real = realTimesOf(recording) !== undefined || !virtual
  return ['order', ...(virtual ? (['virtual'] as const) : []), ...(real ? (['real'] as const) : [])]
}

/** With a lane for each attempt, or one for all attempts of an agent. */
export function sceneOf(recording: Recording, axis: AxisKind, isMerged = false): Scene {
  const { events } = recording
  const lanes = isMerged ? mergedLanes(lanesOf(events)) : lanesOf(events)
  const laneOf = Array.from(events, () => 0)
  for (const [lane, { events }] of lanes.entries()) for (const index of events) laneOf[index] = lane
  const positions = positionsOf(recording, axis)
  const [from = 0, last = 0] = [positions[0], positions.at(-1)]
  const start = axis === 'virtual' ? Math.min(0, from) : from
  return {
    recording,
    axis,
    lanes,
    positions,
    from: start,
    to: last > start ? last : start + 1,
    real: realOf(recording),
    laneOf,
    glyphs: events.map(glyphOf),
  }
}

/** Index of the first position that is not below `at`; as many as there are if all are. */
export function firstFrom(positions: readonly number[], at: number): number {
  let [low, high] = [0, positions.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((positions[middle] ?? 0) < at) low = middle + 1
    else high = middle
  }
  return low
}

/** How long a bar lasts, in ms; undefined if that is not known. */
export function barTime({ recording, real }: Scene, bar: Bar, kind: 'virtual' | 'real'): number | undefined {
  const times = kind === 'virtual' ? timesOf(recording) : real
  const [from, to] = [times?.[bar.from], times?.[bar.to]]
  return from === undefined || to === undefined ? undefined : to - from
}

/** Of several attempts of one agent one lane, so that three hundred fit on a screen. */
function mergedLanes(lanes: readonly Lane[]): readonly Lane[] {
  return [...grouped(lanes, ({ agent, name }) => agent ?? name)].map(([name, own]) => ({
    name,
    agent: own[0]?.agent,
    attempt: undefined,
    bars: own.flatMap(({ bars }) => bars).sort((a, b) => a.from - b.from),
    events: own.flatMap(({ events }) => events).sort((a, b) => a - b),
  }))
}

const SLOT = 100

function positionsOf(recording: Recording, axis: AxisKind): readonly number[] {
  if (axis === 'real') return realOf(recording) ?? timesOf(recording)
  if (axis === 'virtual') return timesOf(recording)
  // Wide enough for the tenth of a px to which it rounds.
  return orderedAxis(recording, { width: SLOT * (recording.events.length + 1), slot: 1 }).positions
}

function realOf(recording: Recording): readonly number[] | undefined {
  const [first] = recording.events
  const begin = first && !first.virtual ? first.time : 0
  return realTimesOf(recording)?.map((time) => exactMs(begin + time))
}
