import { expect, test } from 'vitest'

import { invariant } from '../../../src/explore/invariants/index.ts'
import type { Trace } from '../../../src/explore/play/trace.ts'
import { call, done, gaveUp, life, refused, traceOf } from './traces.ts'

/** Attempts that end at once, with these delays between them. */
function delays(...delays: number[]): Trace {
  let time = 0
  return traceOf([0, ...delays].flatMap((delay, index) => life(index + 1, (time += delay), time)))
}

test('delays may stay the same, and may not shrink', () => {
  const { check } = invariant.monotoneBackoff()
  expect(check(delays(100, 100, 300, 300))).toBeUndefined()
  expect(check(delays(100, 300, 200))).toBe(
    'worker#4 was spawned at 600 ms, after a delay of 200 ms, but the one before was 300 ms.',
  )
})

test('delays grow by their factor, until they are the longest', () => {
  const { check } = invariant.monotoneBackoff({ factor: 2, maxDelay: 500 })
  expect(check(delays(100, 200, 400, 500, 500))).toBeUndefined()
  expect(check(delays(100, 199))).toBeUndefined()
  expect(check(delays(100, 198))).toContain(
    'but the one before was 100 ms, and this one must be 200 ms or more.',
  )
  expect(check(delays(300, 500, 501))).toBe(
    'worker#4 was spawned at 1301 ms, after a delay of 501 ms, but 500 ms is the longest.',
  )
})

test('with jitter a delay may be shorter than the one before, and not shorter than any that was planned', () => {
  const { check } = invariant.monotoneBackoff({ factor: 2, jitter: 0.5 })
  // 100 may have been planned as 67; what follows as 133, which may be 67.
  expect(check(delays(100, 67))).toBeUndefined()
  expect(check(delays(100, 60))).toContain('after a delay of 60 ms')
  // Short ones do not make less of what was planned before.
  expect(check(delays(100, 67, 134))).toBeUndefined()
  expect(check(delays(100, 67, 130))).toContain('worker#4')
  expect(check(delays(100, 3000, 1500))).toContain('worker#4')
})

test('with full jitter only the longest delay counts', () => {
  const { check } = invariant.monotoneBackoff({ factor: 2, jitter: 1, maxDelay: 1000 })
  expect(check(delays(1000, 0, 700, 1))).toBeUndefined()
  expect(check(delays(1000, 1001))).toContain('but 1000 ms is the longest')
})

test('delays begin anew after an attempt that was up for long', () => {
  const lives = (uptime: number): Trace =>
    traceOf([...life(1, 0, 0), ...life(2, 500, 500 + uptime), ...life(3, 600 + uptime)])
  const { check } = invariant.monotoneBackoff({ resetAfter: 10_000 })
  expect(check(lives(9999))).toContain('after a delay of 100 ms, but the one before was 500 ms')
  expect(check(lives(10_000))).toBeUndefined()
})

test('delays begin anew when a loop says so, after a stop, and after a good end', () => {
  const { check } = invariant.monotoneBackoff({ success: [0] })
  const first = [...life(1, 0, 0), ...life(2, 500, 600)] as const
  const last = life(3, 700)
  expect(check(traceOf([...first, ...last]))).toContain('worker#3')
  expect(
    check(traceOf([...first, [600, { kind: 'reset', agent: 'worker', attempt: 2 }], ...last])),
  ).toBeUndefined()
  expect(
    check(traceOf([...first, call(650, 'stop'), done(650, 'stop'), call(660, 'start'), ...last])),
  ).toBeUndefined()
  expect(check(traceOf([...life(1, 0, 0), ...life(2, 500, 600, { exitCode: 0 }), ...last]))).toBeUndefined()
})

test('a delay in which the user calls start is not judged, and those after it are', () => {
  const { check } = invariant.monotoneBackoff()
  const lives = [...life(1, 0, 0), ...life(2, 500, 500), call(510, 'start'), ...life(3, 510, 600)]
  expect(check(traceOf(lives))).toBeUndefined()
  expect(check(traceOf([...lives, ...life(4, 700)]))).toContain('worker#4')
})

test('a start that was refused is one that has ended', () => {
  const { check } = invariant.monotoneBackoff()
  expect(check(traceOf([...life(1, 0, 0), refused(2, 500), ...life(3, 600)]))).toContain('worker#3')
})

test('delays after it was given up and started, or after a good end, begin anew', () => {
  const { check } = invariant.monotoneBackoff({ success: [0] })
  const first = [...life(1, 0, 0), ...life(2, 500, 600)]
  const started = [...first, gaveUp(600, 2), call(650, 'start'), ...life(3, 650, 700), ...life(4, 750)]
  expect(check(traceOf(started))).toBeUndefined()
  const good = [
    ...life(1, 0, 0),
    ...life(2, 500, 600, { exitCode: 0 }),
    ...life(3, 700, 700),
    ...life(4, 750),
  ]
  expect(check(traceOf(good))).toBeUndefined()
})

test('one end has one delay after it', () => {
  const { check } = invariant.monotoneBackoff({ factor: 2 })
  expect(check(traceOf([...life(1, 0, 0), ...life(2, 500), ...life(3, 600)]))).toBeUndefined()
})
