import { timesOf } from '../times.ts'
import { durationText, HOUR, MINUTE, SECOND } from '../duration.ts'
import type { Scale } from './scale.ts'
import { firstFrom, type Scene } from './scene.ts'

/** A mark on the ruler. */
export interface Tick {
  readonly position: number
  readonly label: string
}

const APART = 96

/** The marks of the part that is seen, which is `width` px wide, so far apart that no label touches the next one. */
export function ticksOf(scene: Scene, scale: Scale, width: number): readonly Tick[] {
  const [left, right] = scale.seen
  const [from, to] = [Math.max(scene.from, scale.invert(left)), Math.min(scene.to, scale.invert(right))]
  if (scene.axis !== 'order') {
    return timeTicks(from, to, width / APART).map((time) => ({ position: time, label: durationText(time) }))
  }
  return orderTicks(scene, scale, from, to)
}

interface Moments {
  readonly positions: readonly number[]
  readonly times: readonly number[]
}

const knownMoments = new WeakMap<Scene, Moments>()

/** In order, where a time begins. Every second, fourth, … of these times where they are close: so panning changes none. */
function orderTicks(scene: Scene, scale: Scale, from: number, to: number): Tick[] {
  const { positions, times } = momentsOf(scene)
  const [first, last] = [firstFrom(positions, from), firstFrom(positions, to + 1e-9)]
  const between = last > first ? (scale(to) - scale(from)) / (last - first) : APART
  const stride = 2 ** Math.max(0, Math.ceil(Math.log2(APART / 1.5 / Math.max(between, 1e-3))))
  const ticks: Tick[] = []
  let free = -Infinity
  for (let at = Math.ceil(first / stride) * stride; at < last; at += stride) {
    const position = positions[at] ?? 0
    if (scale(position) < free) continue
    const label = durationText(times[at] ?? 0)
    ticks.push({ position, label })
    free = scale(position) + label.length * 7.3 + 14
  }
  return ticks
}

function momentsOf(scene: Scene): Moments {
  const known = knownMoments.get(scene)
  if (known) return known
  const all = timesOf(scene.recording)
  const firsts = [...all.keys()].filter((index) => index === 0 || all[index] !== all[index - 1])
  const moments = {
    positions: firsts.map((index) => scene.positions[index] ?? 0),
    times: firsts.map((index) => all[index] ?? 0),
  }
  knownMoments.set(scene, moments)
  return moments
}

function timeTicks(from: number, to: number, count: number): number[] {
  const step = roundStep((to - from) / Math.max(1, count))
  const first = Math.ceil(from / step)
  const length = Math.max(0, Math.floor(to / step) - first + 1)
  return Array.from({ length }, (_, at) => (first + at) * step)
}

const DAY = 24 * HOUR
const OF_THE_CLOCK = [1, 2, 5, 10, 15, 30].flatMap((count) => [count * SECOND, count * MINUTE])
const OF_THE_DAY = [1, 2, 3, 6, 12, 24].map((count) => count * HOUR)
const CLOCK = [...OF_THE_CLOCK, ...OF_THE_DAY].sort((a, b) => a - b)

/** The next round number of ms: as clocks have them from a second to a day, decimal below and above. */
function roundStep(least: number): number {
  const inClock = CLOCK.find((step) => step >= least)
  if (least > SECOND / 2 && inClock !== undefined) return inClock
  const unit = least > DAY ? DAY : 1
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-4) / unit)) * unit
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power
}
