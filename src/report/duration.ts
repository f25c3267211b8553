/** In ms. */
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

/**
 * A time in the units that a reader would take: `250 ms`, `1.5 s`, `2 min 5 s`, `3 h 20 min`. Exact to the ms, and to the µs below one
 * second.
 */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return '∞'
  if (ms < 0) return `−${durationText(-ms)}`
  if (ms < SECOND) return `${rounded(ms)} ms`
  const [hours, minutes] = [Math.floor(ms / HOUR), Math.floor((ms % HOUR) / MINUTE)]
  const seconds = rounded((ms % MINUTE) / SECOND)
  const parts = [
    hours > 0 ? `${hours} h` : '',
    minutes > 0 ? `${minutes} min` : '',
    seconds > 0 ? `${seconds} s` : '',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
