import { expect, test } from 'vitest'

import { invariant } from '../../../src/explore/invariants/index.ts'
import { life, refused, traceOf } from './traces.ts'

const { check } = invariant.noOverlap()

test('attempts that follow each other do not overlap', () => {
  expect(check(traceOf([...life(1, 0, 500), ...life(2, 500, 900), ...life(3, 900)]))).toBeUndefined()
})

test('an attempt that is spawned while another one is running overlaps with it', () => {
  expect(check(traceOf([...life(1, 0), ...life(2, 700)]))).toBe(
    'worker#2 was spawned at 700 ms, while worker#1 was running.',
  )
})

test('a start that is refused overlaps with nobody', () => {
  expect(check(traceOf([...life(1, 0), refused(2, 700)]))).toBeUndefined()
})

test('attempts of two agents do not overlap', () => {
  const both = [...life(1, 0), ...life(1, 0, undefined, { agent: 'web' })]
  expect(check(traceOf(both, ['worker', 'web']))).toBeUndefined()
})

test('what is told of some agents is not told of the others', () => {
  const { name, agents, check } = invariant.noOverlap({ agents: ['web'] })
  expect({ name, agents }).toEqual({ name: 'no overlap (web)', agents: ['web'] })
  expect(check(traceOf([...life(1, 0), ...life(2, 700)], ['worker', 'web']))).toBeUndefined()
})
