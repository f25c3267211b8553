import type { VNode } from 'preact'

import type { Sign } from '../signs.ts'

/** The mark of an event, around a place. */
export function SignMark({ sign, x, y, title }: SignMarkProps): VNode {
  const { shape, look, hollow } = sign
  return (
    <path class={`sign ${look}${hollow ? ' hollow' : ''}`} d={shape} transform={`translate(${x} ${y})`}>
      {title === undefined ? null : <title>{title}</title>}
    </path>
  )
}

interface SignMarkProps {
  readonly sign: Pick<Sign, 'shape' | 'look' | 'hollow'>
  readonly x: number
  readonly y: number
  /** What is shown when the mouse is on it. */
  readonly title?: string
}
