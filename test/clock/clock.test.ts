import { expect, test } from 'vitest'

import { holding, stopwatchOf, systemClock, waitBy } from '../../src/clock/clock.ts'
import { Moves } from '../../src/clock/moves.ts'
import { realNow } from '../../src/real-time.ts'
import { failure } from '../support/agents.ts'
import { turns } from '../support/until.ts'
import { deferred } from '../../src/wait.ts'

const reason = new Error('enough')

test('the clock of the system shows real time, and a sleep ends with it or with its signal', async () => {
  const before = realNow()
  await systemClock.sleep(5)
  expect(systemClock.now - before).toBeGreaterThanOrEqual(4)
  expect(await failure(systemClock.sleep(60_000, AbortSignal.abort(reason)))).toBe(reason)
  const stop = new AbortController()
  const sleep = failure(systemClock.sleep(60_000, stop.signal))
  stop.abort(reason)
  expect(await sleep).toBe(reason)
})

test('a stopwatch goes by the clock, or is its own', () => {
  const clock = { now: 100, sleep: async () => {} }
  const passed = stopwatchOf(clock)
  clock.now = 130
  expect(passed()).toBe(30)
  expect(stopwatchOf({ ...clock, stopwatch: () => () => 7 })()).toBe(7)
})

test('who can wait for ever waits so where the clock has that', async () => {
  const calls: unknown[] = []
  const { signal } = new AbortController()
  const clock = { now: 0, sleep: async (...args: unknown[]) => void calls.push('sleep', ...args) }
  await waitBy(clock, 5, signal)
  await waitBy({ ...clock, wait: async (...args: unknown[]) => void calls.push('wait', ...args) }, 6, signal)
  expect(calls).toEqual(['sleep', 5, signal, 'wait', 6, signal])
})

test('no time passes during real work, which may fail, where the clock can be held', async () => {
  let held = 0
  const hold = () => {
    held += 1
    return () => void (held -= 1)
  }
  const clock = { now: 0, sleep: async () => {}, wait: async () => {} }
  expect(await holding(clock, async () => held)).toBe(0)
  expect(await holding({ ...clock, hold }, async () => held)).toBe(1)
  expect(await failure(holding({ ...clock, hold }, () => Promise.reject(reason)))).toBe(reason)
  expect(held).toBe(0)
})

test('moves of time that have not ended are known by the lines that made them', async () => {
  const located: unknown[] = []
  const moves = new Moves((error, site) => {
    located.push(error, site)
    return new Error('located')
  })
  const called = (): unknown => moves
  expect(await moves.make(called, async () => 5)).toBe(5)
  expect((await failure(moves.make(called, () => Promise.reject(reason)))).message).toBe('located')
  expect([located.length, located[0], moves.abandon()]).toEqual([2, reason, []])
  const move = deferred<void>()
  void moves.make(called, () => move.promise)
  expect(moves.abandon()).toEqual([expect.any(Error)])
  move.reject(reason)
  await turns()
  expect(moves.abandon()).toEqual([])
})
