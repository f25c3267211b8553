/** Px, or ms, to a tenth: nobody sees more, and each further digit makes a picture larger. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
