import * as fc from 'fast-check'

import type { Exploration } from '../exploration.ts'

/** How late anything can be in a schedule, in whole ms. The end of a play is quiet, so that what was begun ends in it. */
export interface TimeLimits {
  /** Of a step, from the beginning on. */
  readonly step: number
  /** Of a fault, from the moment on at which its agent was ready. */
  readonly after: number
  /** Of what takes time by a fault. */
  readonly duration: number
}

/** Times that people choose, in ms. */
export const ROUND_TIMES: readonly number[] = [
  1, 10, 50, 100, 200, 250, 500, 1000, 1500, 2000, 3000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000,
  120_000, 300_000, 600_000, 1_800_000, 3_600_000, 86_400_000,
]

export function timeLimits({ within }: Pick<Exploration, 'within'>): TimeLimits {
  return {
    step: Math.floor(within / 2),
    after: Math.floor((within * 3) / 4),
    duration: Math.floor(within / 4),
  }
}

/** Times up to a limit: 0, those that people choose, evenly spread ones, and small ones as often as large ones. */
export function times(most: number): fc.Arbitrary<number> {
  const round = ROUND_TIMES.filter((time) => time <= most)
  const magnitudes = Array.from({ length: Math.ceil(Math.log10(most + 1)) }, (_, digits) =>
    fc.integer({ min: 10 ** digits, max: Math.min(10 ** (digits + 1) - 1, most) }),
  )
  // A value without a context is shrunk by the first one that could have made it.
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: most }) },
    { weight: 2, arbitrary: fc.constant(0) },
    ...(round.length > 0 ? [{ weight: 3, arbitrary: fc.constantFrom(...round) }] : []),
    ...(magnitudes.length > 0 ? [{ weight: 3, arbitrary: fc.oneof(...magnitudes) }] : []),
  )
}

const ROUND_UNITS = [1000, 500, 100, 10, 1]

/** How far a time is from a round one: 0 is none at all, and then come multiples of a second, of half a second, and so on. */
export function roughness(time: number): number {
  if (time === 0) return 0
  const unit = ROUND_UNITS.findIndex((unit) => time % unit === 0)
  return unit === -1 ? ROUND_UNITS.length + 1 : unit + 1
}

/** Rounder times near to this one, and as round ones that are smaller, bisecting: the simplest first. */
export function* simplerTimes(time: number): Generator<number> {
  if (time === 0) return
  yield 0
  for (const unit of ROUND_UNITS) {
    const below = Math.floor(time / unit)
    if (below * unit !== time) {
      yield below * unit
      yield (below + 1) * unit
      continue
    }
    for (let gap = Math.floor(below / 2); gap >= 1; gap = Math.floor(gap / 2)) yield (below - gap) * unit
    return
  }
}
