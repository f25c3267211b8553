import { expect, test } from 'vitest'

import { invariant } from '../../../src/explore/invariants/index.ts'
import { call, crash, done, failed, gaveUp, life, traceOf } from './traces.ts'

const { check } = invariant.giveUpIsReported()
const exited = life(1, 0, 500)
const silent = expect.stringMatching(
  /^worker ended at 500 ms and will not be started again, and nobody was told/,
)

test('who comes to his end says so', () => {
  expect(check(traceOf([...exited, gaveUp(500, 1)]))).toBeUndefined()
  expect(check(traceOf(exited))).toEqual(silent)
})

test.each([
  ['runs', life(1, 0)],
  ['is going to run', [...exited, [500, { timers: 1 }]]],
  ['was stopped', [...exited, call(600, 'stop'), done(600, 'stop')]],
  ['is being stopped', [...exited, call(600, 'stop'), call(600, 'start')]],
  ['crashed', [...exited, crash(500)]],
  ['was asked for something else', [...exited, call(600, 'retire'), done(600, 'retire')]],
  [
    'could not be started again',
    [...exited, call(600, 'stop'), done(600, 'stop'), call(700, 'start'), failed(700, 'start')],
  ],
  ['never began', []],
] satisfies [string, Parameters<typeof traceOf>[0]][])('who %s has not come to his end', (_, happenings) => {
  expect(check(traceOf(happenings))).toBeUndefined()
})

test('a good end is no giving up', () => {
  const { check } = invariant.giveUpIsReported({ success: [0] })
  expect(check(traceOf(life(1, 0, 500, { exitCode: 0 })))).toBeUndefined()
  expect(check(traceOf(exited))).toEqual(silent)
})

test('it is said once, and meant', () => {
  expect(check(traceOf([...exited, gaveUp(500, 1), gaveUp(510, 1)]))).toBe(
    'worker was given up at 500 ms, and once more at 510 ms.',
  )
  expect(check(traceOf([...exited, gaveUp(500, 1), ...life(2, 600)]))).toBe(
    'worker#2 was spawned at 600 ms, after it was given up at 500 ms.',
  )
  const again = [...exited, gaveUp(500, 1), call(600, 'start'), ...life(2, 600, 700), gaveUp(700, 2)]
  expect(check(traceOf(again))).toBeUndefined()
})

test('what is said of one agent is not said of another', () => {
  const both = [...exited, ...life(1, 0, 600, { agent: 'web' }), gaveUp(600, 1, 'web')]
  expect(check(traceOf(both, ['worker', 'web']))).toEqual(silent)
})
