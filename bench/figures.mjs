/** The value below which the share `p` of `values` lies. */
export function quantile(values, p) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
}

export const median = (values) => quantile(values, 0.5)

/** What many measurements come to. Units: `ms`, `s`, `h`, `x`, `/s`, `MB`, and `right` for how many are. */
export function figure(values, unit = 'ms') {
  return {
    value: median(values),
    p10: quantile(values, 0.1),
    p90: quantile(values, 0.9),
    runs: values.length,
    unit,
  }
}

/** A figure as a table shows it: the median, and from where to where 8 of 10 runs lie. */
export function show({ value, p10, p90, runs, unit }) {
  return runs === 1
    ? quantity(value, unit)
    : `${quantity(value, unit)} (${bare(p10, unit)}–${bare(p90, unit)})`
}

export const quantity = (value, unit) => `${bare(value, unit)} ${unit}`

export const ms = (value) => quantity(value, 'ms')
export const times = (value) => quantity(value, 'x')

function bare(value, unit) {
  if (unit === '/s' || unit === 'right' || unit === 'h') return Math.round(value).toLocaleString('en')
  if (unit === 'x') return value.toFixed(2)
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1)
}

/** What was promised of a value, and whether it holds. `of` says what the value is, where the row's own figure is not meant. */
export function atMost(limit, unit, value, of = '') {
  return judged(`at most ${limit.toLocaleString('en')} ${unit} ${of}`, quantity(value, unit), value <= limit)
}

export function atLeast(limit, unit, value, of = '') {
  return judged(`at least ${limit.toLocaleString('en')} ${unit} ${of}`, quantity(value, unit), value >= limit)
}

export const judged = (promised, reached, met) => ({ promised: promised.trim(), reached, met })

/**
 * Runs the contenders in turn, `rounds` times, so that drift of the machine meets all alike. Another one begins each
 * round: who comes after whom must not count. ms by name, in the order of the rounds; or what a contender says it took.
 */
export async function inTurn(rounds, contenders, warmup = 3) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  const all = Object.entries(contenders)
  for (let round = 0; round < warmup + rounds; round++) {
    for (let place = 0; place < all.length; place++) {
      const [name, run] = all[(round + place) % all.length]
      const began = performance.now()
      const measured = await run()
      if (round >= warmup) times[name].push(measured ?? performance.now() - began)
    }
  }
  return times
}

/** By how much each run of `one` differs from the run of `other` in the same round. */
export const differences = (one, other) => one.map((value, round) => value - other[round])

/** How many times each run of `one` is that of `other` in the same round. */
export const ratios = (one, other) => one.map((value, round) => value / other[round])
