import type { VNode } from 'preact'

import { lanesOf } from '../lanes.ts'
import type { KeptRecording } from '../kept-recording.ts'
import { OWN_ROWS, type Row, rowsOf } from './rows.ts'
import { ROW_HEIGHT } from './row.tsx'
import { STRIP_HEAD, StripMarks } from './strip.tsx'
import { type Shown, stripsOf } from './strips.ts'
import { NAME_LENGTH, shortText, widthOf } from './text.ts'
import { roomFor, View } from './view.ts'

/** One recording with its place in the picture: what is needed to draw it. All in px. */
export interface Panel {
  readonly recording: KeptRecording
  readonly strips: readonly PlacedStrip[]
  /** What is said of events that are not shown, and on which height. */
  readonly gap: { readonly text: string; readonly y: number } | undefined
  /** What the names of the rows take. */
  readonly gutter: number
  readonly width: number
  readonly height: number
}

/** A strip with what it shows. */
export interface PlacedStrip {
  readonly view: View
  readonly rows: readonly Row[]
  /** How many rows there is no room for. */
  readonly missing: number
  readonly top: number
}

/** To the left and to the right of the axis: captions reach into it. */
const PAD = { left: 32, right: 72 }
const MOST_ROWS = 24
const GAP_HEIGHT = 26
const NAME_GAP = 8

/** Lays a recording out in this width. */
export function panelOf(recording: KeptRecording, shown: Shown, width: number): Panel {
  const lanes = lanesOf(recording.events)
  let longest = widthOf('virtual time')
  for (const { name } of lanes) longest = Math.max(longest, widthOf(shortText(name, NAME_LENGTH)))
  const gutter = Math.ceil(longest) + NAME_GAP
  const axisWidth = width - gutter - PAD.left - PAD.right
  const { before, skipped, behind } = stripsOf(recording, shown, roomFor(axisWidth))
  const crowded = crowdedAgents(lanes.map(({ agent }) => agent))
  let top = 0
  const place = (strips: typeof before): PlacedStrip[] =>
    strips.map((strip) => {
      const view = new View(recording, strip, shown, axisWidth)
      const all = rowsOf(lanes, view, crowded)
      const rows = all.slice(0, MOST_ROWS)
      const placed = { view, rows, missing: all.length - rows.length, top }
      top += STRIP_HEAD + (rows.length + (placed.missing > 0 ? 1 : 0)) * ROW_HEIGHT
      return placed
    })
  const first = place(before)
  const gap =
    skipped === undefined
      ? undefined
      : { text: `${skipped.toLocaleString('en')} events are not shown`, y: top + 17 }
  if (gap) top += GAP_HEIGHT
  return {
    recording,
    strips: [...first, ...place(behind)],
    gap,
    gutter: gutter + PAD.left,
    width,
    height: top,
  }
}

/** The agents with more attempts than have a row of their own each. */
function crowdedAgents(agents: readonly (string | undefined)[]): ReadonlySet<string> {
  const counts = new Map<string, number>()
  for (const agent of agents) if (agent !== undefined) counts.set(agent, (counts.get(agent) ?? 0) + 1)
  return new Set([...counts].flatMap(([agent, count]) => (count > OWN_ROWS ? [agent] : [])))
}

/** @param number where there are several recordings */
export function PanelMarks({ panel, number, left, top }: PanelProps): VNode {
  const { recording, strips, gap, gutter, width } = panel
  return (
    <g transform={`translate(${left} ${top})`}>
      <text class="faint" x="0" y="15">
        {`${number === undefined ? '' : `${number}: `}${clockOf(recording)}`}
      </text>
      {strips.map((strip) => (
        <StripMarks
          key={strip.top}
          strip={strip}
          recording={recording}
          gutter={gutter}
          width={width}
          reach={PAD.right}
        />
      ))}
      {gap && (
        <text class="faint" x={width / 2} y={gap.y} text-anchor="middle">
          {`⋯ ${gap.text} ⋯`}
        </text>
      )}
    </g>
  )
}

interface PanelProps {
  readonly panel: Panel
  readonly number: number | undefined
  readonly left: number
  readonly top: number
}

function clockOf({ events }: KeptRecording): string {
  const virtual = events.filter((event) => event.virtual).length
  if (virtual === 0) return 'real time'
  return virtual === events.length ? 'virtual time' : 'time'
}
