/** Whether a version is in a range of the kinds that packages give here: `^4.1.0 || ^5.0.0`, `>=2.13.0 <4`. */
export function isInRange(version: string, range: string): boolean {
  const own = numbersOf(version)
  return range.split('||').some((alternative) =>
    alternative
      .trim()
      .split(/\s+/)
      .every((bound) => isWithin(own, bound)),
  )
}

function isWithin(own: readonly number[], bound: string): boolean {
  const [, operator = '', version = ''] = /^(\^|>=|<)?(.*)$/.exec(bound) ?? []
  const order = compare(own, numbersOf(version))
  if (operator === '<') return order < 0
  return order >= 0 && (operator === '>=' || own[0] === numbersOf(version)[0])
}

function numbersOf(version: string): readonly number[] {
  return version.split('-', 1)[0]?.split('.').map(Number) ?? []
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const at of [0, 1, 2]) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
