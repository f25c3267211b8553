import { expect, test } from 'vitest'

import { invariant } from '../../../src/explore/invariants/index.ts'
import { call, done, gaveUp, life, refused, signal, traceOf } from './traces.ts'

const { check } = invariant.oneExitPerStart()
const exit = life(1, 0, 500).slice(2)

test('an end brings one start, and no second one', () => {
  expect(check(traceOf([...life(1, 0, 10), refused(2, 20), ...life(3, 30)]))).toBeUndefined()
  expect(check(traceOf([...life(1, 0, 10), ...life(2, 20, 25), ...life(3, 30), ...life(4, 40)]))).toBe(
    'worker#4 was spawned at 40 ms, and nothing had ended for it.',
  )
})

test('a start of the user brings one if it begins', () => {
  expect(check(traceOf([...life(1, 0), call(10, 'start'), ...life(2, 10)]))).toContain('worker#2')
  const given = [...life(1, 0, 10), gaveUp(10, 1), call(20, 'start'), ...life(2, 20)]
  expect(check(traceOf(given))).toBeUndefined()
})

test('an end that the user has asked for brings none', () => {
  const stopped = [...life(1, 0), call(400, 'stop'), call(400, 'start'), ...exit, done(500, 'stop')]
  expect(check(traceOf([...stopped, ...life(2, 500)]))).toBeUndefined()
  expect(check(traceOf([...stopped, ...life(2, 500), ...life(3, 600)]))).toContain('worker#3')
})

test('a stop takes back what had ended before it', () => {
  const stopped = [...life(1, 0, 10), call(20, 'stop'), done(20, 'stop'), call(30, 'start')]
  expect(check(traceOf([...stopped, ...life(2, 30), ...life(3, 40)]))).toContain('worker#3')
})

test('who is well is sent nothing that ends it', () => {
  expect(check(traceOf([...life(1, 0), signal(10, 1, 'SIGHUP')]))).toBeUndefined()
  expect(check(traceOf([...life(1, 0), signal(10, 1, 'SIGKILL')]))).toBe(
    'worker#1 was sent SIGKILL at 10 ms, and was well.',
  )
})

test('who is stopped, struck, or not ready, may be ended', () => {
  expect(check(traceOf([...life(1, 0), call(10, 'stop'), signal(10, 1)]))).toBeUndefined()
  expect(check(traceOf([...life(1, 0), call(10, 'stop'), call(10, 'start'), signal(10, 1)]))).toBeUndefined()
  const struck = { kind: 'fault', agent: 'worker', attempt: 1, fault: 'hang', proof: null } as const
  expect(check(traceOf([...life(1, 0), [5, struck], signal(10, 1)]))).toBeUndefined()
  expect(check(traceOf([...life(1, 0).slice(0, 1), signal(10, 1)]))).toBeUndefined()
})

test('a start that is refused in the very ms of the stop may have been asked for before it', () => {
  expect(check(traceOf([call(0, 'stop'), refused(1, 0), done(0, 'stop')]))).toBeUndefined()
  expect(check(traceOf([call(0, 'stop'), refused(1, 1), done(1, 'stop')]))).toContain('was spawned at 1 ms')
})

test('a step that may do anything may end who runs, and start one more', () => {
  const other = [...life(1, 0), call(10, 'restart'), signal(10, 1), ...exit, ...life(2, 500)]
  expect(check(traceOf(other))).toBeUndefined()
  expect(check(traceOf([...other, ...life(3, 500)]))).toContain('worker#3')
})
