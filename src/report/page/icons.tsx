import type { JSX } from 'preact'

import type { ReportedTest } from '../report-data.ts'
import type { Glyph } from './glyphs.ts'

/** The mark of an event, as in the lanes. */
export function GlyphIcon({ glyph }: { readonly glyph: Glyph | undefined }): JSX.Element {
  return (
    <svg
      class={`glyph look-${glyph?.look ?? 'end'}${glyph?.hollow ? ' hollow' : ''}`}
      viewBox="-7 -7 14 14"
      width="14"
      height="14"
      aria-hidden="true"
    >
      <path d={glyph?.shape} />
    </svg>
  )
}

const SIGNS: Readonly<Record<ReportedTest['state'], string>> = {
  passed: 'M3 8.5L6.5 12L13 4.5',
  failed: 'M4 4L12 12M12 4L4 12',
  skipped: 'M4 12L12 4',
}

/** What became of a test: a sign and a colour, and a word for who sees neither. */
export function StateIcon({ state }: { readonly state: ReportedTest['state'] }): JSX.Element {
  return (
    <svg
      class={`state state-${state}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      role="img"
      aria-label={state}
    >
      <path d={SIGNS[state]} fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" />
    </svg>
  )
}
