import { spawn } from 'node:child_process'

import { expect, test } from 'vitest'

import { failure } from '../support/agents.ts'
import { openClock } from '../support/virtual-clock.ts'

/** More than may be started at one instant that takes longer than the patience of the clock. */
const MANY = 120

/** Starts a program so many times, each when the last one has ended, after a delay if there is one. */
function restarts(count: number, delay?: number): Promise<void> {
  return new Promise((resolve) => {
    const start = (left: number): void => {
      if (left === 0) return resolve()
      const again = (): void => start(left - 1)
      const child = spawn('true', { stdio: 'ignore' })
      child.on('exit', () => (delay === undefined ? again() : setTimeout(again, delay)))
    }
    start(count)
  })
}

test('a hundred starts at one instant are too many when they take longer than anything may', async () => {
  const { clock } = openClock({}, { patience: 400 })
  const error = await failure(clock.runUntil(restarts(1500)))
  expect(error).toMatchObject({ code: 'ERR_CLOCK_STALLED' })
  const [, starts] = /(\d+) starts followed each other without any time in between/.exec(error.message) ?? []
  expect(Number(starts)).toBeGreaterThan(100)
  expect(Number(starts)).toBeLessThan(1000)
})

test('a hundred starts at one instant are not too many when they are quick', async () => {
  const { clock } = openClock({}, { patience: 60_000 })
  await clock.runUntil(restarts(MANY))
  expect(clock.now).toBe(0)
})

test('starts with time between them are never too many, whatever they take', async () => {
  const { clock } = openClock({}, { patience: 400 })
  await clock.runUntil(restarts(MANY, 1))
  expect(clock.now).toBe(MANY)
})
