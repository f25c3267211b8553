import { expect, test } from 'vitest'

import { invariant } from '../../../src/explore/invariants/index.ts'
import type { Trace } from '../../../src/explore/play/trace.ts'
import { call, gaveUp, life, refused, traceOf } from './traces.ts'

const { check } = invariant.boundedRestarts({ maxRestarts: 1, window: 10_000, resetAfter: 5000 })
const exits = [...life(1, 0, 10), ...life(2, 20, 30)]

test('as many failures as promised are made good, and no more', () => {
  expect(check(traceOf(exits))).toBeUndefined()
  expect(check(traceOf([...exits, ...life(3, 40)]))).toBe(
    'worker#3 was spawned at 40 ms, after 2 failures; 1 may be made good.',
  )
})

test('a start that was refused is a failure', () => {
  expect(check(traceOf([...life(1, 0, 10), refused(2, 20), ...life(3, 40)]))).toContain('after 2 failures')
})

test('it is given up after as many failures as promised, and not before', () => {
  expect(check(traceOf([...exits, gaveUp(30, 2)]))).toBeUndefined()
  expect(check(traceOf([...life(1, 0, 10), gaveUp(10, 1)]))).toBe(
    'worker was given up at 10 ms, after 1 failure, of which 1 are to be made good.',
  )
})

test('a failure does not count any more when its time is over; in that very ms it is open', () => {
  const trace = (end: number, last: 'start' | 'gave-up'): Trace =>
    traceOf([
      ...life(1, 0, 1000),
      ...life(2, 8000, end),
      ...(last === 'start' ? life(3, end + 10) : [gaveUp(end, 2)]),
    ])
  expect(check(trace(10_999, 'start'))).toContain('after 2 failures')
  expect(check(trace(10_999, 'gave-up'))).toBeUndefined()
  expect(check(trace(11_000, 'start'))).toBeUndefined()
  expect(check(trace(11_000, 'gave-up'))).toBeUndefined()
  expect(check(trace(11_001, 'start'))).toBeUndefined()
  expect(check(trace(11_001, 'gave-up'))).toContain('after 1 failure')
})

test('an attempt that was up for long has the failures before it forgotten; from its spawn or its being ready is open', () => {
  const trace = (uptime: number, last: 'start' | 'gave-up'): Trace => {
    const end = 1000 + uptime
    return traceOf([
      ...life(1, 0, 10),
      [20, { kind: 'spawn', agent: 'worker', attempt: 2 }],
      [1000, { kind: 'ready', agent: 'worker', attempt: 2 }],
      [end, { kind: 'exit', agent: 'worker', attempt: 2, exitCode: 1, signal: null }],
      ...(last === 'start' ? life(3, end + 10) : [gaveUp(end, 2)]),
    ])
  }
  expect(check(trace(4000, 'start'))).toContain('after 2 failures')
  expect(check(trace(4500, 'start'))).toBeUndefined()
  expect(check(trace(5000, 'gave-up'))).toBeUndefined()
  expect(check(trace(5001, 'gave-up'))).toContain('after 1 failure')
})

test('nothing that was before a start that begins counts', () => {
  const begun = [...exits, gaveUp(30, 2), call(35, 'start'), ...life(3, 35, 36), ...life(4, 40)]
  expect(check(traceOf(begun))).toBeUndefined()
  expect(check(traceOf([...begun.slice(0, -2), gaveUp(36, 3)]))).toContain('after 1 failure')
  expect(check(traceOf([...exits, call(35, 'start'), ...life(3, 40)]))).toContain('after 2 failures')
})

test('an end that the user has asked for is no failure, nor is one by a good code', () => {
  const stopped = [...life(1, 0), ...life(2, 20, 30), call(40, 'stop'), call(40, 'start')]
  const [, , exit] = life(1, 0, 50)
  expect(
    check(traceOf([...stopped, ...(exit ? [exit] : []), ...life(3, 60, 70), ...life(4, 80)])),
  ).toBeUndefined()
  const { check: lenient } = invariant.boundedRestarts({ maxRestarts: 0, success: [0] })
  expect(lenient(traceOf([...life(1, 0, 10, { exitCode: 0 }), ...life(2, 20)]))).toBeUndefined()
})

test('an end by a good code may be taken for a failure', () => {
  const { check } = invariant.boundedRestarts({ maxRestarts: 1, success: [0] })
  const two = [...life(1, 0, 10, { exitCode: 0 }), ...life(2, 20, 30)]
  expect(check(traceOf([...two, gaveUp(30, 2)]))).toBeUndefined()
  expect(check(traceOf([...two, ...life(3, 40)]))).toBeUndefined()
})

test('a loop that has reset its count at a failure counts from that one on', () => {
  const reset = { kind: 'reset', agent: 'worker', attempt: 2 } as const
  const two = [...exits, [30, reset] as const]
  expect(check(traceOf([...two, ...life(3, 40)]))).toBeUndefined()
  expect(check(traceOf([...two, ...life(3, 40, 50), gaveUp(50, 3)]))).toBeUndefined()
  expect(check(traceOf([...two, ...life(3, 40), gaveUp(40, 3)]))).toContain('after 1 failure')
})

test('each agent has failures of its own', () => {
  const web = life(1, 0, 30, { agent: 'web' })
  const both = [...life(1, 0, 10), ...life(2, 20), ...web, ...life(2, 40, undefined, { agent: 'web' })]
  expect(check(traceOf(both, ['worker', 'web']))).toBeUndefined()
})

test('a start after a good end may be taken for one that begins', () => {
  const { check } = invariant.boundedRestarts({ maxRestarts: 1, success: [0] })
  const good = [...life(1, 0, 10, { exitCode: 0 }), call(15, 'start'), ...life(2, 20, 30)]
  expect(check(traceOf([...good, gaveUp(30, 2)]))).toBeUndefined()
  expect(check(traceOf([...good, ...life(3, 40)]))).toBeUndefined()
})

test('an end that the user has asked for is no reason to give up', () => {
  const stopped = [...life(1, 0), call(40, 'stop'), call(40, 'start'), ...life(1, 0, 50).slice(2)]
  expect(check(traceOf([...stopped, ...life(2, 60, 70), gaveUp(70, 2)]))).toContain('after 1 failure')
})

test('nothing is asked after a step that may do anything', () => {
  expect(check(traceOf([call(5, 'reload'), ...exits, ...life(3, 40)]))).toBeUndefined()
})
