import type { VNode } from 'preact'

import type { KeptRecording } from '../packed.ts'
import { Legend, legendHeight, legendOf } from './legend.tsx'
import { PanelMarks, panelOf } from './panel.tsx'
import { STYLE } from './style.ts'
import { summaryOf } from './summary.ts'
import { fittingText, plainText } from './text.ts'

/** The least width, which longer recordings exceed. Px. */
const WIDTH = 960
const MARGIN = 20
const HEAD = 58
const GAP = 14
/** How much larger and bolder the title is than other texts. */
const TITLE_SCALE = 1.45

export interface PictureProps {
  readonly recordings: readonly KeptRecording[]
  readonly title: string
  readonly failed: boolean
}

/** The whole picture: what test it is, its recordings, and what the signs mean. */
export function Picture({ recordings, title, failed }: PictureProps): VNode {
  const panels = recordings.map((recording) => panelOf(recording, WIDTH - 2 * MARGIN))
  const inner = Math.max(WIDTH - 2 * MARGIN, ...panels.map(({ width }) => width))
  const tops: number[] = []
  let bottom = HEAD
  for (const { height } of panels) {
    tops.push(bottom)
    bottom += height + GAP
  }
  const legend = legendOf(recordings, inner)
  const [width, height] = [inner + 2 * MARGIN, bottom + legendHeight(legend) + MARGIN / 2]
  const summary = summaryOf(recordings)
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-labelledby="title desc"
    >
      <title id="title">{`Timeline of: ${plainText(title)}`}</title>
      <desc id="desc">{`The test ${failed ? 'failed' : 'passed'}. ${summary}`}</desc>
      <style>{STYLE}</style>
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path class="hatch" d="M0 0V6" />
        </pattern>
      </defs>
      <rect class="paper" width={width} height={height} />
      <text class="title" x={MARGIN} y="27">
        {fittingText(plainText(title), inner / TITLE_SCALE)}
      </text>
      <text x={MARGIN} y="46">
        <tspan class={failed ? 'failed' : 'faint'}>{failed ? '✕ failed' : '✓ passed'}</tspan>
        <tspan class="faint">{` · ${summary}`}</tspan>
      </text>
      {panels.map((panel, index) => (
        <PanelMarks
          key={index}
          panel={panel}
          number={panels.length > 1 ? index + 1 : undefined}
          left={MARGIN}
          top={tops[index] ?? 0}
        />
      ))}
      <Legend entries={legend} left={MARGIN} top={bottom} />
    </svg>
  )
}
