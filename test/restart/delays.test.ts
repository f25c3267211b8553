import { expect, test } from 'vitest'

import type { BackoffContext, BackoffStrategy } from '../../src/restart/backoff.ts'
import {
  anewAfter,
  atEndOfInterval,
  flooredGrowth,
  geometricSteps,
  pauseWhenMany,
  prolonged,
  startsApart,
  stepPerQuickFailure,
  unlessLived,
  unlessReady,
} from '../../src/restart/presets/delays.ts'

const first = (count: number, backoff: BackoffStrategy, context?: BackoffContext): number[] =>
  Array.from({ length: count }, (_, attempt) => backoff.next(attempt, context))

test.for<[string, BackoffStrategy, readonly number[]]>([
  ['anewAfter', anewAfter(1000, flooredGrowth(100, 2, 400)), [100, 200, 400, 400]],
  ['unlessLived', unlessLived(1000, 70), [70, 70]],
  ['unlessReady', unlessReady(1000, 70), [70, 70]],
  ['startsApart', startsApart(1000), [1000, 1000]],
  ['stepPerQuickFailure', stepPerQuickFailure(1000, 10), [10, 20, 30]],
  ['flooredGrowth', flooredGrowth(5, 1.5, 17), [5, 7, 10, 15, 17, 17]],
  ['geometricSteps', geometricSteps(1, 16, 4), [1, 2, 4, 8, 16, 16]],
  ['atEndOfInterval', atEndOfInterval(1000, 1, flooredGrowth(5, 2, 10)), [5, 10, 10]],
  ['pauseWhenMany', pauseWhenMany({ threshold: 2, halfLife: 1, pause: 50, share: 0 }), [0, 0, 50, 0, 0, 50]],
])('%s goes by the number of the restart if nothing else is known', ([, backoff, delays]) => {
  expect(first(delays.length, backoff)).toEqual(delays)
  expect(first(delays.length, backoff, { uptime: 0, wasReady: false })).toEqual(delays)
})

test('a delay is prolonged by the randomness of the loop, and else of the system', () => {
  const context: BackoffContext = { uptime: 0, wasReady: false, random: () => 0.5 }
  expect(prolonged(1000, 0.5).next(0, context)).toBe(1250)
  const delay = prolonged(1000, 0.5).next(0)
  expect(delay >= 1000 && delay < 1500).toBe(true)
})

test('a delay that begins anew does so with the first restart after a life that was long enough', () => {
  const backoff = anewAfter(1000, flooredGrowth(100, 2, 1600))
  const next = (...lives: number[]): number => {
    const failures = lives.map((life) => ({ startedAt: 0, endedAt: life, uptime: 0 }))
    return backoff.next(9, { uptime: 0, wasReady: false, failures })
  }
  expect([next(1000), next(1000, 0), next(0, 1000), next(0, 0, 0)]).toEqual([100, 200, 100, 1600])
})

test('after too many failures in an interval its end is waited for, and then not again', () => {
  const backoff = atEndOfInterval(1000, 1, flooredGrowth(5, 2, 5))
  const next = (...ends: number[]): number => {
    const failures = ends.map((endedAt) => ({ startedAt: 100, endedAt, uptime: 0 }))
    return backoff.next(0, { uptime: 0, wasReady: false, failures })
  }
  expect([next(200), next(200, 300), next(200, 300, 1100)]).toEqual([5, 800, 5])
})

test('failures are forgotten by half-lives, and at once by a pause', () => {
  const backoff = pauseWhenMany({ threshold: 2, halfLife: 100, pause: 50, share: 0 })
  const next = (...ends: number[]): number => {
    const failures = ends.map((endedAt) => ({ startedAt: 0, endedAt, uptime: 0 }))
    return backoff.next(0, { uptime: 0, wasReady: false, failures })
  }
  expect([next(0, 0), next(0, 0, 0), next(0, 0, 100), next(0, 0, 0, 0)]).toEqual([0, 50, 0, 0])
  expect(next(500, 500, 599)).toBe(50)
})
