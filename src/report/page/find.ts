import { durationText } from '../duration.ts'
import type { Bar } from '../lanes.ts'
import { EDGE, LEAST_BAR, ROW, RULER, type View } from './painter.ts'
import { firstFrom, type Scene } from './scene.ts'

/** What a place of a picture belongs to. */
export type Found = { readonly event: number } | { readonly bar: Bar }

const REACH = 8

/** What is at this place: an event, a bar, or nothing. */
export function find(scene: Scene, view: View, x: number, y: number): Found | undefined {
  if (x < view.gutter - EDGE || y < RULER) return undefined
  const lane = scene.lanes[Math.floor((y - RULER + view.top) / ROW)]
  if (!lane) return undefined
  const { scale } = view
  const position = (index: number): number => scale(scene.positions[index] ?? 0)
  const first = firstFrom(scene.positions, scale.invert(x - REACH))
  let [event, distance]: [number | undefined, number] = [undefined, REACH]
  for (let at = firstFrom(lane.events, first); at < lane.events.length; at += 1) {
    const index = lane.events[at] ?? 0
    const away = Math.abs(position(index) - x)
    if (position(index) > x + REACH) break
    // Of equals the last: it is drawn on top.
    if (away <= distance) [event, distance] = [index, away]
  }
  if (event !== undefined) return { event }
  const bar = lane.bars.findLast(({ from, to }) => position(from) <= x && x <= position(to) + LEAST_BAR)
  return bar && { bar }
}

/** `backoff, 1 s`. */
export function barText(bar: Bar, ms: number | undefined): string {
  const ended =
    bar.phase === 'backoff'
      ? ''
      : { failed: ', ended in a failure', exited: ', exited with code 0', open: '' }[bar.end]
  return `${bar.phase}${ms === undefined ? '' : `, ${durationText(ms)}`}${ended}`
}
