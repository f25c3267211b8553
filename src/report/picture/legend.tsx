import type { VNode } from 'preact'

import type { Bar } from '../lanes.ts'
import type { KeptRecording } from '../kept-recording.ts'
import { SignMark } from './sign.tsx'
import { HOLLOW, type Sign, signOf } from '../signs.ts'
import { widthOf } from './text.ts'

/** What a picture has to explain. */
export interface LegendEntry {
  readonly meaning: string
  readonly phase?: Bar['phase']
  readonly sign?: Sign
  /** Px from the left, and its line. */
  readonly left: number
  readonly line: number
}

const LINE_HEIGHT = 20
const SWATCH = 22
const GAP = 18

/** The phases and signs that these recordings have, on as many lines as they need. */
export function legendOf(recordings: readonly KeptRecording[], width: number): LegendEntry[] {
  const events = recordings.flatMap((recording) => recording.events)
  const kinds = new Set(events.map(({ kind }) => kind))
  const phases = PHASES.filter(({ kind }) => kinds.has(kind)).map(({ phase, meaning }) => ({
    phase,
    meaning,
  }))
  const signs = new Map<string, Sign>()
  for (const event of events) {
    const sign = signOf(event)
    if (sign && !signs.has(sign.meaning)) signs.set(sign.meaning, { ...sign, hollow: false })
    // Where both are there, the filled one stands for the sign.
    if (sign && HOLLOW.has(event.kind)) signs.set(sign.meaning, sign)
  }
  const ordered = [...signs.values()].sort((a, b) => a.rank - b.rank)
  return laidOut([...phases, ...ordered.map((sign) => ({ sign, meaning: sign.meaning }))], width)
}

/** Px that a legend takes. */
export function legendHeight(entries: readonly LegendEntry[]): number {
  return ((entries.at(-1)?.line ?? -1) + 1) * LINE_HEIGHT
}

export function Legend({ entries, left, top }: LegendProps): VNode {
  return (
    <g transform={`translate(${left} ${top})`}>
      {entries.map(({ meaning, phase, sign, left, line }) => (
        <g key={meaning} transform={`translate(${left} ${line * LINE_HEIGHT})`}>
          {phase && <rect class={phase} x="0" y="0" width="16" height="10" />}
          {phase === 'starting' && <rect class="starting-tint" x="0" y="0" width="16" height="10" />}
          {sign && <SignMark sign={sign} x={10} y={5} />}
          <text class="faint" x={SWATCH} y="9">
            {meaning}
          </text>
        </g>
      ))}
    </g>
  )
}

interface LegendProps {
  readonly entries: readonly LegendEntry[]
  readonly left: number
  readonly top: number
}

const PHASES = [
  { kind: 'spawn', phase: 'starting', meaning: 'starting' },
  { kind: 'ready', phase: 'ready', meaning: 'ready' },
  { kind: 'backoff', phase: 'backoff', meaning: 'backoff' },
] as const

function laidOut(entries: readonly Omit<LegendEntry, 'left' | 'line'>[], width: number): LegendEntry[] {
  let [left, line] = [0, 0]
  return entries.map((entry) => {
    const own = SWATCH + widthOf(entry.meaning)
    if (left > 0 && left + own > width) [left, line] = [0, line + 1]
    const placed = { ...entry, left: Math.round(left), line }
    left += own + GAP
    return placed
  })
}
