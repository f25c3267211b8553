import type { VNode } from 'preact'

import { eventText } from '../../timeline/text.ts'
import { durationText } from '../duration.ts'
import type { Bar, Lane } from '../lanes.ts'
import type { KeptRecording } from '../kept-recording.ts'
import { tenths } from '../tenths.ts'
import { placeCaptions, type Room } from './captions.ts'
import type { Row } from './rows.ts'
import { SignMark } from './sign.tsx'
import { signOf } from '../signs.ts'
import { shortText, widthOf } from './text.ts'
import type { View } from './view.ts'

/** Px from one row to the next. */
export const ROW_HEIGHT = 36
const BAR = { top: 17, height: 13 }
const MIDDLE = BAR.top + BAR.height / 2
const CAPTION_BASELINE = 12
const MOST_CHARACTERS = 26
const MOST_IN_TITLE = 200

export interface RowProps {
  readonly row: Row
  readonly recording: KeptRecording
  readonly view: View
  /** Px of the top of the row. */
  readonly top: number
  /** Px between which captions may stand. */
  readonly room: Room
}

/** The bars, signs and captions of a row. */
export function RowMarks({ row, recording, view, top, room }: RowProps): VNode {
  const bars = row.lanes.flatMap((lane) => lane.bars.flatMap((bar) => drawnBar(bar, lane, recording, view)))
  const signs = row.lanes.flatMap(({ events, name }) =>
    events.flatMap((index) => {
      const [event, x] = [recording.events[index], view.at(index)]
      const sign = event && signOf(event)
      if (!sign || x === undefined) return []
      return [
        {
          sign,
          x,
          title: shortText(`${name}, ${timeText(recording, index)}: ${eventText(event)}`, MOST_IN_TITLE),
        },
      ]
    }),
  )
  const attempts =
    row.lanes[0]?.name !== row.name ? row.lanes.flatMap((lane) => attemptCaption(lane, view)) : []
  const captions = placeCaptions(
    [
      ...attempts,
      ...signs.map(({ sign, x }) => ({
        text: shortText(sign.caption, MOST_CHARACTERS),
        at: x,
        rank: sign.rank,
      })),
      ...bars.flatMap(({ label, isRoomy, from }) =>
        label === undefined || isRoomy || from < 0 ? [] : [{ text: label, at: from, rank: RANK_OF_BACKOFF }],
      ),
    ],
    room,
  )
  return (
    <g transform={`translate(0 ${top})`}>
      {bars.map((bar) => (
        <BarMark key={bar.from} bar={bar} />
      ))}
      {signs.map(({ sign, x, title }) => (
        <SignMark key={x} sign={sign} x={x} y={MIDDLE} title={title} />
      ))}
      {captions.map(({ text, left }) => (
        <text key={left} x={left} y={CAPTION_BASELINE}>
          {text}
        </text>
      ))}
    </g>
  )
}

/** After what ended the attempt. */
const RANK_OF_BACKOFF = 2.5
const RANK_OF_ATTEMPT = -1

interface DrawnBar {
  readonly phase: Bar['phase']
  readonly from: number
  readonly to: number
  readonly title: string
  /** A backoff's delay in words. */
  readonly label: string | undefined
  /** Whether the label has room in the bar. */
  readonly isRoomy: boolean
  /** Whether it had no end when the recording was made, which is where this part of it ends. */
  readonly goesOn: boolean
}

function drawnBar(bar: Bar, lane: Lane, recording: KeptRecording, view: View): DrawnBar[] {
  const place = view.stretch(bar, lane)
  if (!place) return []
  const event = recording.events[bar.from]
  const label = event?.kind === 'backoff' ? `backoff ${durationText(event.delay)}` : undefined
  const isOpen = bar.to >= recording.events.length
  const until = isOpen ? 'the end' : timeText(recording, bar.to)
  return [
    {
      ...place,
      phase: bar.phase,
      title: shortText(
        `${lane.name}: ${label ?? bar.phase}, ${timeText(recording, bar.from)} to ${until}`,
        MOST_IN_TITLE,
      ),
      label,
      isRoomy: label !== undefined && widthOf(label) + 10 <= place.to - place.from,
      goesOn: isOpen && view.strip.to === recording.events.length,
    },
  ]
}

function BarMark({ bar: { phase, from, to, title, label, isRoomy, goesOn } }: { bar: DrawnBar }): VNode {
  const width = Math.max(2, tenths(to - from))
  const box = { x: from, y: BAR.top, width, height: BAR.height }
  const middle = tenths(from + width / 2)
  const plate = label === undefined ? 0 : widthOf(label) + 6
  return (
    <g>
      <title>{title}</title>
      <rect class={phase} {...box} />
      {phase === 'starting' && <rect class="starting-tint" {...box} />}
      {goesOn && width > 12 && <path class="goes-on" d={`M${tenths(to - 8)} ${BAR.top + 2.5}l4 4l-4 4`} />}
      {isRoomy && (
        <rect
          class="plate"
          x={tenths(middle - plate / 2)}
          y={BAR.top + 0.5}
          width={tenths(plate)}
          height="12"
        />
      )}
      {isRoomy && (
        <text x={middle} y={BAR.top + 10.5} text-anchor="middle">
          {label}
        </text>
      )}
    </g>
  )
}

/** Which attempt it is, where several share a row. */
function attemptCaption(lane: Lane, view: View): { text: string; at: number; rank: number }[] {
  const at = view.at(lane.events[0] ?? 0)
  return at === undefined ? [] : [{ text: `#${lane.attempt}`, at, rank: RANK_OF_ATTEMPT }]
}

/** When an event was. Real times say little beyond a tenth of a ms. */
function timeText({ events }: KeptRecording, index: number): string {
  const event = events[index]
  if (!event) return ''
  return durationText(event.virtual ? event.time : tenths(event.time))
}
