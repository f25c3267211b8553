import { expect, test } from 'vitest'

import { roughness, simplerTimes } from '../../../src/explore/search/times.ts'

test.each([
  [0, []],
  [1, [0]],
  [3, [0, 10, 2]],
  [500, [0, 1000]],
  [1000, [0]],
  [9000, [0, 5000, 7000, 8000]],
  [9500, [0, 9000, 10_000, 5000, 7500, 8500]],
  [
    1234,
    [0, 1000, 2000, 1500, 1200, 1300, 1230, 1240, 617, 926, 1080, 1157, 1196, 1215, 1225, 1230, 1232, 1233],
  ],
])('instead of %i ms there are simpler times', (time, simpler) => {
  expect([...new Set(simplerTimes(time))]).toEqual(expect.arrayContaining(simpler))
  for (const one of simplerTimes(time)) expect([roughness(one) < roughness(time), one < time]).toContain(true)
})

test('the rounder a time is, the simpler', () => {
  const times = [0, 7000, 500, 8100, 10, 9]
  expect(times.map(roughness)).toEqual([0, 1, 2, 3, 4, 5])
  expect(roughness(0.5)).toBeGreaterThan(roughness(9))
})
