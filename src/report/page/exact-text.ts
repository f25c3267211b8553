const FORMAT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 })

/** `86,400,000 ms`: to the µs, in thousands. */
export function exactText(ms: number): string {
  return `${FORMAT.format(ms)} ms`
}
