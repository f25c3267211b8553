import type { JSX } from 'preact'

import { type Glyph, GLYPH_NAMES } from './glyphs.ts'
import { GlyphIcon } from './icons.tsx'

const BARS = [
  ['starting', 'spawned, not yet ready'],
  ['ready', 'ready'],
  ['backoff', 'backoff: waits for its restart'],
] as const

/** What bars and marks stand for. */
export function Legend(): JSX.Element {
  return (
    <details class="legend">
      <summary>Legend</summary>
      <ul>
        {BARS.map(([bar, name]) => (
          <li key={bar}>
            <span class={`bar bar-${bar}`} aria-hidden="true" />
            {name}
          </li>
        ))}
        {Object.entries(GLYPH_NAMES).map(([glyph, name]) => (
          <li key={glyph}>
            <GlyphIcon glyph={glyph as Glyph} />
            {name}
          </li>
        ))}
      </ul>
    </details>
  )
}
