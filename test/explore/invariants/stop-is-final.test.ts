import { expect, test } from 'vitest'

import { invariant } from '../../../src/explore/invariants/index.ts'
import { call, crash, done, failed, life, refused, traceOf } from './traces.ts'

const { check } = invariant.stopIsFinal()
const up = life(1, 0)
const exit = life(1, 0, 500).slice(2)

test('a stop that ends what runs, and resolves, is final', () => {
  const stopped = [...up, call(400, 'stop'), ...exit, done(500, 'stop')]
  expect(check(traceOf(stopped))).toBeUndefined()
  expect(check(traceOf([...stopped, call(600, 'start'), ...life(2, 600)]))).toBeUndefined()
})

test('nothing is spawned between a stop and the next start', () => {
  const stopped = [...up, call(400, 'stop'), ...exit, ...life(2, 500)]
  expect(check(traceOf(stopped))).toBe('worker#2 was spawned at 500 ms, after `stop` was called at 400 ms.')
  expect(
    check(
      traceOf([...up, call(400, 'stop'), call(410, 'start'), ...exit, ...life(2, 500), done(500, 'stop')]),
    ),
  ).toBeUndefined()
})

test('a start that is refused in the very ms of the stop may have been asked for before it', () => {
  expect(check(traceOf([call(0, 'stop'), refused(1, 0), done(0, 'stop')]))).toBeUndefined()
  expect(check(traceOf([call(0, 'stop'), refused(1, 1), done(1, 'stop')]))).toBe(
    'worker#1 was spawned at 1 ms, after `stop` was called at 0 ms.',
  )
  expect(check(traceOf([call(0, 'stop'), ...life(1, 0), done(0, 'stop')]))).toContain('was spawned at 0 ms')
})

test('a stop that fails is broken', () => {
  expect(check(traceOf([...up, call(400, 'stop'), failed(410, 'stop')]))).toBe(
    '`stop`, called at 400 ms, failed at 410 ms: Error: no',
  )
})

test('a stop resolves when nothing runs any more that did when it was called', () => {
  expect(check(traceOf([...up, call(400, 'stop'), done(410, 'stop')]))).toBe(
    '`stop` resolved at 410 ms, while worker#1 was running.',
  )
  // It was started again before.
  const again = [...up, call(400, 'stop'), call(405, 'start'), done(410, 'stop')]
  expect(check(traceOf(again))).toBeUndefined()
  // The first stop has nothing to do with what was started after it.
  const twice = [...up, call(400, 'stop'), call(450, 'start'), ...exit, ...life(2, 500), call(600, 'stop')]
  const second = life(2, 500, 615).slice(2)
  expect(check(traceOf([...twice, done(610, 'stop'), ...second, done(615, 'stop')]))).toBeUndefined()
  expect(check(traceOf([...twice, done(610, 'stop'), done(620, 'stop')]))).toContain(
    'while worker#2 was running',
  )
})

test('a stop may not take longer than it may', () => {
  const { check } = invariant.stopIsFinal({ within: 100 })
  const late = life(1, 0, 501).slice(2)
  expect(check(traceOf([...up, call(400, 'stop'), ...exit, done(500, 'stop')]))).toBeUndefined()
  expect(check(traceOf([...up, call(400, 'stop'), ...late, done(501, 'stop')]))).toBe(
    '`stop`, called at 400 ms, had not resolved after 100 ms, which is how long it may take.',
  )
  expect(check(traceOf([...up, call(59_899, 'stop')]))).toContain('had not resolved')
})

test('a stop that is under way when the play ends is broken if there is nothing that it waits for', () => {
  expect(check(traceOf([...up, call(59_000, 'stop')]))).toBeUndefined()
  const exited = [...up, call(400, 'stop'), ...exit, done(500, 'stop'), call(59_000, 'stop')]
  expect(check(traceOf([...exited, [59_000, { timers: 1 }]]))).toBeUndefined()
  expect(check(traceOf(exited))).toBe(
    '`stop`, called at 59000 ms, never resolves: nothing is running, and no timer is set.',
  )
  // That says more than how long it has taken.
  expect(check(traceOf([call(0, 'stop')]))).toContain('never resolves: nothing is running')
})

test('what nobody caught has ended the play before the stop could', () => {
  expect(check(traceOf([...life(1, 0, 300), call(400, 'stop'), crash(400)]))).toBeUndefined()
})

test('from a step that may do anything on starts are allowed, but from a harmless one', () => {
  const other = [...up, call(400, 'stop'), ...exit, done(500, 'stop'), call(600, 'reload'), ...life(2, 600)]
  expect(check(traceOf(other))).toBeUndefined()
  expect(invariant.stopIsFinal({ harmless: ['reload'] }).check(traceOf(other))).toContain('worker#2')
})

test('steps have the names that the user gives them', () => {
  const { check, steps } = invariant.stopIsFinal({ start: 'up', stop: 'down' })
  expect(steps).toEqual(['up', 'down'])
  expect(check(traceOf([...up, call(400, 'down'), done(410, 'down')]))).toBe(
    '`down` resolved at 410 ms, while worker#1 was running.',
  )
})
