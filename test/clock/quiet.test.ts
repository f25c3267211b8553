import { expect, test } from 'vitest'

import { comesToRest } from '../../src/clock/quiet.ts'
import { realNow } from '../../src/real-time.ts'

test('what nobody disturbs comes to rest, after everything that it has set off', async () => {
  let done = 0
  const work = (): void => void (++done < 10 && setImmediate(work))
  setImmediate(work)
  expect(await comesToRest(() => false, 5000)).toBe(true)
  expect(done).toBe(10)
})

test('what is disturbed has not come to rest', async () => {
  expect(await comesToRest(() => true, 5000)).toBe(false)
  let turns = 0
  expect(await comesToRest(() => ++turns > 2, 5000, { turns: 1000 })).toBe(false)
  expect(turns).toBe(3)
})

test('whether somebody works is asked before the last turn, until nobody does', async () => {
  let turns = 0
  const asked: number[] = []
  const disturbed = (): boolean => {
    turns += 1
    return false
  }
  const atWork = (): boolean => asked.push(turns) < 3
  expect(await comesToRest(disturbed, 5000, { atWork })).toBe(true)
  expect(asked.length).toBeGreaterThanOrEqual(3)
  expect(asked[0]).toBeGreaterThanOrEqual(2)
  expect(turns).toBe((asked.at(-1) ?? 0) + 1)
})

test('who works for ever is waited for until the limit', async () => {
  const before = realNow()
  expect(await comesToRest(() => false, 20, { atWork: () => true })).toBe(false)
  expect(realNow() - before).toBeGreaterThanOrEqual(20)
})
