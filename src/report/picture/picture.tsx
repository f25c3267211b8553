import type { VNode } from 'preact'

import type { KeptRecording } from '../kept-recording.ts'
import { summaryOf } from '../summary.ts'
import { Legend, legendHeight, legendOf } from './legend.tsx'
import { PanelMarks, panelOf } from './panel.tsx'
import { STYLE } from './style.ts'
import { fittingText, shortText } from './text.ts'

/** What Vitest's user interface shows almost at its full size. Px. */
const WIDTH = 720
const MARGIN = 16
const HEAD = 58
/** More are not drawn, and together they show so many events of their beginnings and of their ends. */
const MOST_RECORDINGS = 4
const [FIRST, LAST] = [60, 140]
const MOST_IN_TITLE = 500
const GAP = 14
/** How much larger and bolder the title is than other texts. */
const TITLE_SCALE = 1.45
/** What the outcome before the summary takes. Px. */
const VERDICT = 70

export interface PictureProps {
  readonly recordings: readonly KeptRecording[]
  readonly title: string
  readonly failed: boolean
}

/** The whole picture: what test it is, its recordings, and what the signs mean. */
export function Picture({ recordings, title, failed }: PictureProps): VNode {
  const inner = WIDTH - 2 * MARGIN
  const drawn = recordings.slice(0, MOST_RECORDINGS)
  const shown = { first: Math.floor(FIRST / drawn.length), last: Math.floor(LAST / drawn.length) }
  const panels = drawn.map((recording) => panelOf(recording, shown, inner))
  const tops: number[] = []
  let bottom = HEAD
  for (const { height } of panels) {
    tops.push(bottom)
    bottom += height + GAP
  }
  const legend = legendOf(drawn, inner)
  const height = bottom + legendHeight(legend) + MARGIN / 2
  const summary = shortText(summaryOf(recordings), MOST_IN_TITLE)
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={WIDTH}
      height={height}
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-labelledby="title desc"
    >
      <title id="title">{shortText(`Timeline of: ${title}`, MOST_IN_TITLE)}</title>
      <desc id="desc">{`The test ${failed ? 'failed' : 'passed'}. ${summary}`}</desc>
      <style>{STYLE}</style>
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path class="hatch" d="M0 0V6" />
        </pattern>
      </defs>
      <rect class="paper" width={WIDTH} height={height} />
      <text class="title" x={MARGIN} y="27">
        {fittingText(shortText(title, MOST_IN_TITLE), inner / TITLE_SCALE)}
      </text>
      <text x={MARGIN} y="46">
        <tspan class={failed ? 'failed' : 'faint'}>{failed ? '✕ failed' : '✓ passed'}</tspan>
        <tspan class="faint">{` · ${fittingText(summary, inner - VERDICT)}`}</tspan>
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
