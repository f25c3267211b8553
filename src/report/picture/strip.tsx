import type { VNode } from 'preact'

import type { KeptRecording } from '../kept-recording.ts'
import { tenths } from '../tenths.ts'
import type { PlacedStrip } from './panel.tsx'
import { ROW_HEIGHT, RowMarks } from './row.tsx'
import { NAME_LENGTH, shortText, widthOf } from './text.ts'
import { LEAD, type View } from './view.ts'

/** What the line of the times takes. Px. */
export const STRIP_HEAD = 26

export interface StripProps {
  readonly strip: PlacedStrip
  readonly recording: KeptRecording
  /** Px of the first event. */
  readonly gutter: number
  readonly width: number
  /** How far captions may reach beyond the axis. Px. */
  readonly reach: number
}

/** A part of a timeline: its times, and a line for each of its rows. */
export function StripMarks({ strip, recording, gutter, width, reach }: StripProps): VNode {
  const { view, rows, missing, top } = strip
  const bottom = STRIP_HEAD + rows.length * ROW_HEIGHT
  return (
    <g transform={`translate(0 ${top})`}>
      <g transform={`translate(${gutter} 0)`}>
        <Instants recording={recording} view={view} bottom={bottom} />
        {view.axis.ticks.map(({ at, label }) => (
          <g key={at}>
            <text class="faint" x={tenths(at - LEAD)} y="15">
              {label}
            </text>
            <path class="line" d={`M${tenths(at - LEAD)} 20V${bottom}`} />
          </g>
        ))}
      </g>
      {rows.map(({ name }, index) => (
        <g key={index}>
          <path class="line" d={`M0 ${STRIP_HEAD + index * ROW_HEIGHT}H${width}`} />
          <text class="name" x="0" y={STRIP_HEAD + index * ROW_HEIGHT + 28}>
            {shortText(name, NAME_LENGTH)}
          </text>
        </g>
      ))}
      <g transform={`translate(${gutter} 0)`}>
        {rows.map((row, index) => (
          <RowMarks
            key={index}
            row={row}
            recording={recording}
            view={view}
            top={STRIP_HEAD + index * ROW_HEIGHT}
            room={{
              from: widthOf(shortText(row.name, NAME_LENGTH)) + LEAD - gutter,
              to: view.axis.width + reach,
            }}
          />
        ))}
      </g>
      <path class="line" d={`M0 ${bottom}H${width}`} />
      {missing > 0 && (
        <text class="faint" x="0" y={bottom + 18}>
          {`and ${missing} more rows, which are not shown`}
        </text>
      )}
    </g>
  )
}

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
  for (let index = view.strip.from; index < view.strip.to; index += 1) {
    const [event, at] = [recording.events[index], view.at(index)]
    if (!event?.virtual || at === undefined) continue
    const last = spans.at(-1)
    if (last?.time === event.time) last.to = at
    else spans.push({ time: event.time, from: at, to: at })
  }
  const box = { y: STRIP_HEAD, height: bottom - STRIP_HEAD }
  return (
    <g>
      {spans.map(({ from, to }) => (
        <rect key={from} class="band" x={tenths(from - LEAD)} width={tenths(to - from + 2 * LEAD)} {...box} />
      ))}
    </g>
  )
}
