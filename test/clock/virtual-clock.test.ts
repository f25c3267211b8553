import { getEventListeners } from 'node:events'

import { expect, test } from 'vitest'

import { realDelay } from '../../src/real-time.ts'
import { failure } from '../support/agents.ts'
import { openClock } from '../support/virtual-clock.ts'

const never = new Promise<never>(() => {})

test('a step goes to the next timer, or to the end, however far that is', async () => {
  const { clock, log, note } = openClock()
  for (const ms of [10, 20]) setTimeout(() => note('fires'), ms)
  expect([await clock.step(15), clock.now]).toEqual([true, 10])
  expect([await clock.step(15), clock.now]).toEqual([false, 15])
  expect([await clock.step(20), clock.now]).toEqual([true, 20])
  expect([await clock.step(1e12), clock.now]).toEqual([false, 1e12])
  expect(log).toEqual(['10 fires', '20 fires'])
})

test('no time passes while something real is under way', async () => {
  const { clock, log, note } = openClock()
  const release = clock.hold()
  setTimeout(() => note('fires'), 10)
  const moved = clock.advance(10)
  await realDelay(30)
  expect([clock.now, clock.isMoving, log]).toEqual([0, true, []])
  release()
  release()
  await moved
  expect([clock.isMoving, log]).toEqual([false, ['10 fires']])
})

test('who waits is woken by the test, and is no timer of it', async () => {
  const { clock, log, note } = openClock()
  setTimeout(() => {}, 50)
  void clock.wait(10).then(() => note('waited'))
  expect([clock.timersPending, clock.timers.length]).toEqual([1, 2])
  await clock.advance(10)
  expect(log).toEqual(['10 waited'])
})

test('what comes on a route is heard in its turn, and who rests there rests for time', async () => {
  const { clock, log, note } = openClock()
  const route = clock.route({ name: 'a', pid: undefined, parked: true })
  route.deliver(() => note('heard'))
  expect([log, clock.evidence]).toEqual([[], 'exact'])
  await clock.settle()
  expect([log, clock.evidence]).toEqual([['0 heard'], 'exact'])
  await clock.advance(1)
  expect(clock.evidence).toBe('cooperative')
  route.close()
})

test('a clock describes what it knows, and what it does not rule', () => {
  const { clock } = openClock({}, { open: () => ['GET /'] })
  const signal = AbortSignal.timeout(60_000)
  expect(clock.uncontrolled).toMatchObject([{ what: 'AbortSignal.timeout', ms: 60_000, count: 1 }])
  expect(clock.describe()).toMatch(
    /^Virtual time is 0 ms\.\n.*Without an answer:\n {2}GET \/\n.*AbortSignal\.timeout/s,
  )
  expect(signal.aborted).toBe(false)
})

test('time moves up to the limit, and what cannot happen is told at once', async () => {
  const { clock } = openClock()
  setTimeout(() => {}, 5)
  setTimeout(() => {}, 6)
  expect(await failure(clock.runUntil(never, { limit: 5 }))).toMatchObject({
    code: 'ERR_CLOCK_LIMIT',
    limit: 5,
  })
  expect(clock.now).toBe(5)
  await clock.runUntil(() => true, { limit: 0 })
  await clock.next()
  expect(await failure(clock.runUntil(never))).toMatchObject({ code: 'ERR_CLOCK_DEADLOCK', now: 6 })
})

test('calls that cannot be meant name themselves', async () => {
  const { clock } = openClock()
  expect((await failure(clock.advance(NaN))).message).toContain('clock.advance()')
  expect((await failure(clock.jump(NaN, { as: 'wall' }))).message).toContain('clock.jump()')
  expect((await failure(clock.jump(-1, { as: 'sleep' }))).message).toContain('clock.jump()')
  expect(await failure(clock.jump(1, undefined as never))).toMatchObject({ option: 'as' })
})

test('an aborted move ends with the reason, and listens no more', async () => {
  const { clock } = openClock()
  const stop = new AbortController()
  setTimeout(() => stop.abort(new Error('enough')), 10)
  expect((await failure(clock.runUntil(never, { signal: stop.signal }))).message).toBe('enough')
  expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  const { signal } = new AbortController()
  await clock.runUntil(() => true, { signal })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a clock is removed once, and tells who was moving it', async () => {
  const { clock } = openClock()
  const moving = failure(clock.runUntil(never))
  const error = clock.remove(() => false)
  expect(error).toMatchObject({
    code: 'ERR_SCOPE_CLOSED',
    stack: expect.stringContaining('virtual-clock.test.ts'),
  })
  expect(clock.remove(() => false)).toBeUndefined()
  expect(await moving).toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
  expect(await failure(clock.settle())).toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
})

test('a clock that nobody moves is removed without a word', () => {
  expect(openClock().clock.remove(() => false)).toBeUndefined()
})
