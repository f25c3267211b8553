import { expect, test } from 'vitest'

import { invariant } from '../../../src/explore/invariants/index.ts'
import { call, crash, done, gaveUp, life, traceOf } from './traces.ts'

const { check } = invariant.noLeaks()
const exited = life(1, 0, 500)

test('who has stopped leaves no timer, in that very ms', () => {
  const stopped = [...exited, [500, { timers: 1 }], call(600, 'stop'), done(600, 'stop')] as const
  expect(check(traceOf([...stopped, [600, { timers: 0 }]]))).toBeUndefined()
  expect(check(traceOf([...stopped, [601, { timers: 0 }]]))).toBe(
    'At 600 ms, when `stop` had resolved, 1 timer was set.',
  )
})

test('who is still stopping may have timers', () => {
  const stopping = [...life(1, 0), call(600, 'stop'), [600, { timers: 2 }]] as const
  expect(check(traceOf([...stopping]))).toBeUndefined()
})

test('who was given up leaves no timer, and no process', () => {
  expect(check(traceOf([...exited, gaveUp(500, 1)]))).toBeUndefined()
  expect(check(traceOf([...exited, gaveUp(500, 1), [500, { timers: 2 }]]))).toBe(
    'At 500 ms, when it had been given up, 2 timers were set.',
  )
  expect(check(traceOf([...life(1, 0), gaveUp(500, 1)]))).toBe(
    'worker#1 was running at 60000 ms, when the play ended; it was over for its supervisor since 500 ms.',
  )
})

test('timers of one agent are no leak of another', () => {
  const agents = ['worker', 'web']
  const both = [...exited, ...life(1, 0, 500, { agent: 'web' }), gaveUp(500, 1)]
  expect(check(traceOf([...both, [500, { timers: 1 }]], agents))).toBeUndefined()
  expect(check(traceOf([...both, gaveUp(500, 1, 'web'), [500, { timers: 1 }]], agents))).toContain('1 timer')
})

test('as many timers as are always set are no leak', () => {
  const { check } = invariant.noLeaks({ timers: 2 })
  expect(check(traceOf([...exited, gaveUp(500, 1), [500, { timers: 2 }]]))).toBeUndefined()
  expect(check(traceOf([...exited, gaveUp(500, 1), [500, { timers: 3 }]]))).toContain('3 timers')
})

test('who has stopped leaves no process, but for one that may be ending', () => {
  const stopped = (time: number): ReturnType<typeof traceOf> =>
    traceOf([...life(1, 0), call(time, 'stop'), done(time, 'stop')])
  expect(check(stopped(50_000))).toContain('worker#1 was running at 60000 ms')
  expect(check(stopped(50_001))).toBeUndefined()
  expect(check(traceOf([...life(1, 0), call(0, 'stop'), done(0, 'stop'), crash(500)]))).toBeUndefined()
})

test('who was started again may have both', () => {
  const again = [...exited, call(600, 'stop'), done(600, 'stop'), call(600, 'start'), ...life(2, 600)]
  expect(check(traceOf([...again, [600, { timers: 1 }]]))).toBeUndefined()
  expect(
    check(traceOf([...exited, gaveUp(500, 1), call(600, 'reload'), [600, { timers: 1 }]])),
  ).toBeUndefined()
})

test('what was started since, by its user or in spite of everything, is no leak', () => {
  expect(check(traceOf([...life(1, 0), gaveUp(500, 1), call(600, 'start')]))).toBeUndefined()
  expect(check(traceOf([...exited, gaveUp(500, 1), ...life(2, 600)]))).toBeUndefined()
})
