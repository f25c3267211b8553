import { expect, test } from 'vitest'

import { Islands } from '../../../src/explore/campaign/islands.ts'
import { WHOLE } from '../../../src/explore/campaign/shard.ts'

const FIND = { schedule: [], violation: { invariant: 'i', message: 'm' }, number: 7 }

function all(islands: Islands): number[] {
  const indices = []
  for (let island = islands.next(); island; island = islands.next()) indices.push(island.index)
  return indices
}

test('islands are played lowest first, the last one with what is left', () => {
  const islands = new Islands(501, WHOLE, 250)
  expect([islands.next(), islands.next(), islands.next(), islands.next()]).toEqual([
    { index: 0, schedules: 250 },
    { index: 1, schedules: 250 },
    { index: 2, schedules: 1 },
    undefined,
  ])
})

test('there may be any number of islands', () => {
  const islands = new Islands(1e12 + 1, { index: 1, count: 2 }, 250)
  expect(islands).toMatchObject({ count: 2e9 + 1, schedules: 5e11 + 1, left: 2e9 + 1 })
  expect([islands.next(), islands.next()]).toEqual([
    { index: 0, schedules: 250 },
    { index: 2, schedules: 250 },
  ])
  expect(islands.left).toBe(2e9 - 1)
  islands.add({ index: 2, played: 7, starts: 7, transitions: [], find: FIND })
  expect(islands).toMatchObject({ left: 0, done: 1, played: 7 })
})

test('parts have every island once', () => {
  const parts = [1, 2, 3].map((index) => all(new Islands(2000, { index, count: 3 }, 250)))
  expect(parts).toEqual([
    [0, 3, 6],
    [1, 4, 7],
    [2, 5],
  ])
})

test('a part beyond the last island has none', () => {
  expect(all(new Islands(250, { index: 2, count: 2 }, 250))).toEqual([])
})

test('what is put back is played next', () => {
  const islands = new Islands(1000, WHOLE, 250)
  const [first, second] = [islands.next(), islands.next()]
  if (second) islands.putBack(second)
  if (first) islands.putBack(first)
  expect(all(islands)).toEqual([0, 1, 2, 3])
})

test('whatever comes in after the lowest find, or before it from higher islands, counts for nothing', () => {
  const islands = new Islands(1000, WHOLE, 250)
  islands.add({ index: 3, played: 9, starts: 9, transitions: ['c', 'd'], find: { ...FIND, number: 9 } })
  islands.add({ index: 2, played: 250, starts: 1, transitions: ['b', 'c'], find: undefined })
  islands.add({ index: 1, played: 7, starts: 5, transitions: ['b'], find: FIND })
  expect(islands.matters(2)).toBe(false)
  islands.add({ index: 0, played: 250, starts: 50, transitions: ['a'], find: undefined })
  expect(islands.find).toEqual({ island: 1, ...FIND })
  expect(islands.transitions).toEqual({ a: 0, b: 1 })
  expect([islands.done, islands.played, islands.starts]).toEqual([2, 257, 55])
})
