const FIRST = 100
const LAST = 20

/**
 * The lines of a timeline, for a reader: of one that is too long, as that of a play which never comes to rest, the first 100
 * and the last 20, and between them one that says how many are left out. What was shortened stays as it is.
 */
export function shownLines(lines: readonly string[]): readonly string[] {
  const out = lines.length - FIRST - LAST
  // What one line takes the place of is to be more than one.
  if (out <= 1) return lines
  return [
    ...lines.slice(0, FIRST),
    `… ${out.toLocaleString('en')} lines are left out …`,
    ...lines.slice(-LAST),
  ]
}
