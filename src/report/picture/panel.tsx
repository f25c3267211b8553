import type { VNode } from 'preact'

import { lanesOf } from '../lanes.ts'
import type { KeptRecording } from '../packed.ts'
import { ROW_HEIGHT, RowMarks } from './row.tsx'
import { type Row, rowsOf } from './rows.ts'
import { shortText, widthOf } from './text.ts'
import { View } from './view.ts'

/** One recording with its place in the picture: what is needed to draw it. All in px. */
export interface Panel {
  readonly recording: KeptRecording
  readonly view: View
  readonly rows: readonly Row[]
  /** How many rows there is no room for. */
  readonly missing: number
  readonly gutter: number
  readonly width: number
  readonly height: number
}

/** What the line between name and time takes. */
const HEAD = 24
const PAD = { left: 44, right: 74 }
const SLOT = 11
const MOST_ROWS = 60
const NAME = { characters: 22, gap: 12 }
/** Above and below the rows. */
const MARGIN = 4

/** Lays a recording out in about this width. */
export function panelOf(recording: KeptRecording, width: number): Panel {
  const lanes = lanesOf(recording.events)
  // Names of rows that attempts share are longer.
  let longest = widthOf('virtual time ')
  for (const { name } of lanes) longest = Math.max(longest, widthOf(`${shortText(name, NAME.characters)}–99`))
  const gutter = Math.ceil(longest) + NAME.gap
  const view = new View(recording, Math.max(200, width - gutter - PAD.left - PAD.right), SLOT)
  const all = rowsOf(lanes, view)
  const rows = all.slice(0, MOST_ROWS)
  const missing = all.length - rows.length
  return {
    recording,
    view,
    rows,
    missing,
    gutter,
    width: Math.round(gutter + PAD.left + view.axis.width + PAD.right),
    height: HEAD + rows.length * ROW_HEIGHT + MARGIN + (missing > 0 ? ROW_HEIGHT / 2 : 0),
  }
}

export function PanelMarks({ panel, number, left, top }: PanelProps): VNode {
  const { recording, view, rows, missing, gutter, width, height } = panel
  const bottom = HEAD + rows.length * ROW_HEIGHT + MARGIN
  const begin = gutter + PAD.left
  return (
    <g transform={`translate(${left} ${top})`}>
      <text class="faint" x="0" y="15">
        {`${number === undefined ? '' : `${number}: `}${clockOf(recording)}`}
      </text>
      <g transform={`translate(${begin} 0)`}>
        <Instants recording={recording} view={view} bottom={bottom} />
        {view.axis.ticks.map(({ at, label }) => (
          <g key={at}>
            <text class="faint" x={round(at - TICK)} y="15">
              {label}
            </text>
            <path class="line" d={`M${round(at - TICK)} 20V${bottom}`} />
          </g>
        ))}
      </g>
      {rows.map(({ name }, index) => (
        <g key={name}>
          <path class="line" d={`M0 ${HEAD + index * ROW_HEIGHT}H${width}`} />
          <text class="name" x="0" y={HEAD + index * ROW_HEIGHT + 26}>
            {shortText(name, NAME.characters)}
          </text>
        </g>
      ))}
      <g transform={`translate(${begin} 0)`}>
        <Gap view={view} bottom={bottom} />
        {rows.map((row, index) => (
          <RowMarks
            key={row.name}
            row={row}
            recording={recording}
            view={view}
            top={HEAD + index * ROW_HEIGHT}
            room={{ from: TICK - PAD.left, to: view.axis.width + PAD.right }}
          />
        ))}
      </g>
      <path class="line" d={`M0 ${HEAD + rows.length * ROW_HEIGHT}H${width}`} />
      {missing > 0 && (
        <text class="faint" x="0" y={height - 2}>
          and {missing} more rows that are not shown
        </text>
      )}
    </g>
  )
}

interface PanelProps {
  readonly panel: Panel
  /** Where there are several. */
  readonly number: number | undefined
  readonly left: number
  readonly top: number
}

/** How far before the first event of a time its line is. */
const TICK = 9

/** A ground behind what happened at one and the same time. */
function Instants({
  recording,
  view,
  bottom,
}: {
  recording: KeptRecording
  view: View
  bottom: number
}): VNode {
  const spans: { time: number; from: number; to: number }[] = []
  for (const [index, { time, virtual }] of recording.events.entries()) {
    const at = view.at(index)
    const last = spans.at(-1)
    if (!virtual || at === undefined) continue
    if (last?.time === time) last.to = at
    else spans.push({ time, from: at, to: at })
  }
  return (
    <g>
      {spans.map(({ from, to }) => (
        <rect
          key={from}
          class="band"
          x={round(from - TICK)}
          y={HEAD}
          width={round(to - from + 2 * TICK)}
          height={bottom - HEAD}
        />
      ))}
    </g>
  )
}

/** Where events are left out. */
function Gap({ view: { gap }, bottom }: { view: View; bottom: number }): VNode | null {
  if (!gap) return null
  return (
    <g>
      <path class="cut" d={`M${gap.at - 6} 20V${bottom}M${gap.at + 6} 20V${bottom}`} />
      <title>{gap.count} events are not shown</title>
    </g>
  )
}

function clockOf({ events }: KeptRecording): string {
  const virtual = events.filter((event) => event.virtual).length
  if (virtual === 0) return 'real time'
  return virtual === events.length ? 'virtual time' : 'time'
}

function round(px: number): number {
  return Math.round(px * 10) / 10
}
