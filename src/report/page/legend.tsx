import type { JSX } from 'preact'

import { GlyphIcon } from './icons.tsx'
import type { Scene } from './scene.ts'

const BARS = [
  ['starting', 'spawned, not yet ready'],
  ['ready', 'ready'],
  ['backoff', 'backoff: waits for its restart'],
] as const

/** What the bars, and the marks of this timeline, stand for. */
export function Legend({ scene }: { readonly scene: Scene }): JSX.Element {
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
        {[...new Set(scene.glyphs)].map((glyph) => (
          <li key={glyph.meaning}>
            <GlyphIcon glyph={glyph} />
            {glyph.meaning}
          </li>
        ))}
      </ul>
    </details>
  )
}
