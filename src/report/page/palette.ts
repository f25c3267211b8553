import { type Glyph, LOOKS } from './glyphs.ts'

/** The colours of the lanes as the style sheet has them at this moment: what a canvas can draw with. */
export interface Palette {
  readonly ground: string
  readonly stripe: string
  readonly text: string
  readonly dim: string
  readonly line: string
  readonly accent: string
  readonly starting: string
  readonly ready: string
  readonly backoff: string
  readonly looks: Readonly<Record<Glyph['look'], string>>
}

const PROPERTIES = [
  'ground',
  'stripe',
  'text',
  'dim',
  'line',
  'accent',
  'starting',
  'ready',
  'backoff',
] as const

/** Read off `element`: `light-dark()` and the colours of a high contrast are resolved nowhere but on an element. */
export function paletteOf(element: HTMLElement): Palette {
  const before = element.style.color
  const read = (name: string): string => {
    element.style.color = `var(--${name})`
    return getComputedStyle(element).color
  }
  const palette = {
    ...Object.fromEntries(PROPERTIES.map((name) => [name, read(name)])),
    looks: Object.fromEntries(LOOKS.map((name) => [name, read(`look-${name}`)])),
  }
  element.style.color = before
  return palette as unknown as Palette
}
