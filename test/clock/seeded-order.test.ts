import { expect, test } from 'vitest'

import { seededOrder } from '../../src/clock/seeded-order.ts'

test('a seed gives each list an order of its own, and every place to everyone', () => {
  const order = seededOrder(7)
  const again = seededOrder(7)
  const lists = Array.from({ length: 60 }, () => order(['a', 'b', 'c']).join(''))
  expect(new Set(lists)).toEqual(new Set(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']))
  expect(lists.map(() => again(['a', 'b', 'c']).join(''))).toEqual(lists)
  expect(order([])).toEqual([])
  // A seed that somebody has written down means the same in the next version.
  expect(lists.slice(0, 6)).toEqual(['acb', 'bac', 'bca', 'cba', 'cab', 'acb'])
})

test('without a seed everything stays where it is', () => {
  const items = ['c', 'a', 'b']
  expect(seededOrder(undefined)(items)).toBe(items)
  expect(items).toEqual(['c', 'a', 'b'])
})
