/** Ms to three decimals: what sums and differences of floating-point numbers add beyond that is noise. Never -0. */
export function exactMs(ms: number): number {
  return Math.round(ms * 1000) / 1000 + 0
}
