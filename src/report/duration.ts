const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** A time in the unit that a reader would take: `250 ms`, `1.5 s`, `2 min 5 s`, `3 h 20 min`. Exact to the ms, and to the µs below one second. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return '∞'
  if (ms < 0) return `−${durationText(-ms)}`
  if (ms < SECOND) return `${rounded(ms, 3)} ms`
  if (ms < MINUTE) return `${rounded(ms / SECOND, 3)} s`
  return ms < HOUR ? parts(ms, MINUTE, 'min', SECOND, 's') : parts(ms, HOUR, 'h', MINUTE, 'min')
}

function parts(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(ms / large)
  const rest = rounded((ms - whole * large) / small, 3)
  return `${whole} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
