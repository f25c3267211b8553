import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  ConstantBackoff,
  ExponentialBackoff,
  type Jitter,
  ListBackoff,
  systemRandom,
} from '../../src/restart/backoff.ts'

const first = (count: number, backoff: { next(attempt: number): number }): number[] =>
  Array.from({ length: count }, (_, attempt) => backoff.next(attempt))

test('doubles from the initial delay up to the maximum', () => {
  const backoff = new ExponentialBackoff({ initial: 100, max: 2000 })
  expect(first(8, backoff)).toEqual([100, 200, 400, 800, 1600, 2000, 2000, 2000])
})

test('begins at a second and ends at a minute by default', () => {
  expect(first(8, new ExponentialBackoff())).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
})

test('stays at the maximum however many attempts there were', () => {
  expect(new ExponentialBackoff().next(10_000)).toBe(60_000)
  expect(new ExponentialBackoff({ initial: 0 }).next(10_000)).toBe(0)
  expect(new ExponentialBackoff({ max: Infinity, multiplier: 1 }).next(10_000)).toBe(1000)
})

test.for([
  ['full', 0, 500, 999],
  ['equal', 500, 750, 1000],
  ['decorrelated', 1000, 2000, 2998],
  [0.25, 750, 1000, 1250],
] as const)('jitter %s spreads a second', ([jitter, low, middle, high]) => {
  const at = (random: number): number => new ExponentialBackoff({ jitter, random: () => random }).next(0)
  expect(at(0)).toBe(low)
  expect(at(0.5)).toBe(middle)
  expect(Math.abs(at(0.999) - high)).toBeLessThanOrEqual(1)
})

test('decorrelated jitter goes by the delay before', () => {
  const backoff = new ExponentialBackoff({ jitter: 'decorrelated', random: () => 0.5 })
  expect(backoff.next(1, { previous: 4000, uptime: 0, wasReady: false })).toBe(6500)
})

test('no delay is longer than the maximum, shorter than nothing, or broken', () => {
  const jitter = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom<Jitter[]>('full', 'equal', 'decorrelated'),
  )
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100_000 }),
      fc.integer({ min: 0, max: 100_000 }),
      fc.double({ min: 1, max: 10, noNaN: true }),
      jitter,
      fc.integer({ min: 0, max: 10_000 }),
      fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      (initial, more, multiplier, kind, attempt, random) => {
        const max = initial + more
        const backoff = new ExponentialBackoff({
          initial,
          max,
          multiplier,
          jitter: kind,
          random: () => random,
        })
        const delay = backoff.next(attempt)
        expect(Number.isInteger(delay) && delay >= 0 && delay <= max).toBe(true)
      },
    ),
    { numRuns: 10_000 },
  )
})

test('a constant and a list give what they were given', () => {
  expect(first(3, new ConstantBackoff(250))).toEqual([250, 250, 250])
  expect(first(4, new ListBackoff([10, 20, 40]))).toEqual([10, 20, 40, 40])
})

test.for([
  ['initial', '-1', () => new ExponentialBackoff({ initial: -1 })],
  ['initial', 'NaN', () => new ExponentialBackoff({ initial: NaN })],
  ['max', '1', () => new ExponentialBackoff({ initial: 2, max: 1 })],
  ['multiplier', '0.5', () => new ExponentialBackoff({ multiplier: 0.5 })],
  ['jitter', '1.5', () => new ExponentialBackoff({ jitter: 1.5 })],
  ['jitter', '-0.5', () => new ExponentialBackoff({ jitter: -0.5 })],
  ['jitter', '"half"', () => new ExponentialBackoff({ jitter: 'half' as 'full' })],
  ['delay', '-1', () => new ConstantBackoff(-1)],
  ['delay', 'Symbol(ms)', () => new ConstantBackoff(Symbol('ms') as never)],
  ['delays', '[]', () => new ListBackoff([])],
  ['delays', '[1,-1]', () => new ListBackoff([1, -1])],
] as const)('an invalid %s, %s, is refused by its name', ([option, shown, make]) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID', option }))
  expect(make).toThrow(`\`${option}\` is ${shown}, but must be`)
})

test('a delay without an end is a number, whatever the jitter', () => {
  for (const jitter of [0, 0.5, 'full', 'equal'] as const) {
    const backoff = new ExponentialBackoff({ max: Infinity, jitter, random: () => 0 })
    expect([jitter, Number.isInteger(backoff.next(10_000))]).toEqual([jitter, true])
  }
})

test('a delay without jitter takes no randomness', () => {
  let asked = 0
  expect(new ExponentialBackoff({ random: () => ++asked }).next(0)).toBe(1000)
  expect(asked).toBe(0)
})

test('the randomness of the system is from 0 to 1, and not the same again', () => {
  const values = Array.from({ length: 100 }, systemRandom)
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
  expect(new Set(values.map((value) => Math.floor(10 * value))).size).toBeGreaterThan(1)
})
