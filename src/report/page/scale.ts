/** Where positions of an axis lie on the screen. d3-scale would be a fifth of the page: it knows colours, too. */
export interface Scale {
  /** Px of a position. */
  (position: number): number
  /** The position at this px. */
  invert(px: number): number
  /** The px between which the axis is seen. */
  readonly seen: readonly [left: number, right: number]
}

/** The one that takes `from` to `fromPx`, `to` to `toPx`, and what lies between in proportion. */
export function linearScale(
  [from, to]: readonly [from: number, to: number],
  [fromPx, toPx]: readonly [fromPx: number, toPx: number],
  seen: readonly [left: number, right: number],
): Scale {
  const factor = (toPx - fromPx) / (to - from)
  return Object.assign((position: number) => fromPx + (position - from) * factor, {
    invert: (px: number) => from + (px - fromPx) / factor,
    seen,
  })
}
