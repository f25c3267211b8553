import { expect, test } from 'vitest'

import { Elders } from '../../src/process/table/elders.ts'

/** Those who know 7 to be older, at 5000 ms, when the last pid was 100. */
function knowing(): Elders {
  const elders = new Elders()
  elders.refresh(100, 5000)
  elders.add(7)
  return elders
}

test('whoever is known to be older is so while pids go up, for a second', () => {
  const elders = knowing()
  expect([elders.has(7), elders.has(8)]).toEqual([true, false])
  elders.refresh(100, 5500)
  elders.refresh(101, 6000)
  expect(elders.has(7)).toBe(true)
})

test('after a second nobody is known any more', () => {
  const elders = knowing()
  elders.refresh(101, 5900)
  elders.refresh(102, 6001)
  expect(elders.has(7)).toBe(false)
  elders.add(7)
  elders.refresh(103, 7001)
  expect(elders.has(7)).toBe(true)
})

test('when pids begin anew nobody is known any more, at any time', () => {
  const elders = knowing()
  elders.refresh(99, 5001)
  expect(elders.has(7)).toBe(false)
  elders.add(7)
  elders.refresh(100, 5002)
  expect(elders.has(7)).toBe(true)
  elders.refresh(98, 5003)
  expect(elders.has(7)).toBe(false)
})
