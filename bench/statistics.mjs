/** The value below which the share `p` of `values` lies. */
export function quantile(values, p) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
}

export const median = (values) => quantile(values, 0.5)

/** Runs the contenders in turn, A B A B …, `rounds` times, so that drift of the machine meets all alike. ms by name. */
export async function inTurn(rounds, contenders, warmup = 3) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let round = -warmup; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const began = performance.now()
      const measured = await run()
      if (round >= 0) times[name].push(measured ?? performance.now() - began)
    }
  }
  return times
}

export const ms = (value) => `${value.toFixed(value < 10 ? 2 : 1)} ms`
export const times = (value) => `${value.toFixed(2)} x`
