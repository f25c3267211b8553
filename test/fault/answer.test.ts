import { expect, test } from 'vitest'

import { answered } from '../../src/fault/answer.ts'
import { systemClock } from '../../src/clock/clock.ts'
import { failure } from '../support/agents.ts'

const silent = (ms: number): Error => new Error(`silent for ${ms} ms`)
const never = new Promise<void>(() => {})

test('an answer in time is given, and so is what it says is wrong', async () => {
  const limit = () => ({ ready: 60_000, patience: 0 })
  await answered(Promise.resolve(), systemClock, limit, silent)
  const refused = Promise.reject(new Error('refused'))
  expect((await failure(answered(refused, systemClock, limit, silent))).message).toBe('refused')
})

test('who has answered is waited for no more', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  await answered(Promise.resolve(), systemClock, () => ({ ready: 60_000, patience: 0 }), silent)
  expect(timers()).toBe(before)
})

test('a clock that could be virtual and is not goes by the limit of real time', async () => {
  const clock = { ...systemClock, now: 0, virtual: false }
  const error = await failure(answered(never, clock, () => ({ ready: 5, patience: 60_000 }), silent))
  expect(error.message).toBe('silent for 5 ms')
})

test('who never answers is given up after the limit', async () => {
  const error = await failure(answered(never, systemClock, () => ({ ready: 5, patience: 60_000 }), silent))
  expect(error.message).toBe('silent for 5 ms')
})

test('in virtual time nobody is given up while that moves', async () => {
  let waits = 0
  const clock = { ...systemClock, now: 0, virtual: true }
  const limits = () => {
    waits += 1
    if (waits <= 5) queueMicrotask(() => (clock.now += 1000))
    return { ready: 0, patience: 1 }
  }
  await failure(answered(never, clock, limits, silent))
  expect([waits, clock.now]).toEqual([6, 5000])
})
