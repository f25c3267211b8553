import { expect, test } from 'vitest'

import { systemClock } from '../../src/clock/clock.ts'
import { realNow, TIMED_OUT, within } from '../../src/real-time.ts'
import { abortable, Notifier } from '../../src/wait.ts'
import { turns } from '../support/until.ts'

test('a sleep ends after its time, and at once with the reason of its signal', async () => {
  const before = realNow()
  await systemClock.sleep(20)
  expect(systemClock.now - before).toBeGreaterThanOrEqual(19)
  const stop = new AbortController()
  const sleeping = systemClock.sleep(1e9, stop.signal)
  stop.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
  await expect(systemClock.sleep(0, stop.signal)).rejects.toThrow('enough')
})

test.each([Infinity, 2 ** 31, 1e12])('a sleep of %d ms does not end at once', async (ms) => {
  const stop = new AbortController()
  const sleeping = systemClock.sleep(ms, stop.signal)
  expect(await within(sleeping, 30)).toBe(TIMED_OUT)
  stop.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
})

test('within gives the outcome, or says that time is over', async () => {
  expect(await within(Promise.resolve(1), 1000)).toBe(1)
  await expect(within(Promise.reject(new Error('mine')), 1000)).rejects.toThrow('mine')
  expect(await within(new Promise(() => {}), 5)).toBe(TIMED_OUT)
  expect(
    await within(
      turns().then(() => 2),
      Infinity,
    ),
  ).toBe(2)
})

test('abortable leaves no listener on its signal', async () => {
  const stop = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = stop.signal
  stop.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++
    addEventListener.apply(stop.signal, args)
  }
  stop.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--
    removeEventListener.apply(stop.signal, args)
  }
  await abortable(Promise.resolve(), stop.signal)
  await abortable(Promise.reject(new Error('mine')), stop.signal).catch(() => {})
  await turns()
  expect(listeners).toBe(0)
})

test('what an aborted wait no longer waits for may fail unheard', async () => {
  const unheard: unknown[] = []
  const listen = (reason: unknown): void => void unheard.push(reason)
  process.on('unhandledRejection', listen)
  try {
    const failing = turns().then(() => Promise.reject(new Error('later')))
    await expect(abortable(failing, AbortSignal.abort(new Error('now')))).rejects.toThrow('now')
    await turns(10)
    expect(unheard).toEqual([])
  } finally {
    process.off('unhandledRejection', listen)
  }
})

test('a notifier wakes all who wait, and none who comes later', async () => {
  const notifier = new Notifier()
  const waiting = [notifier.wait(), notifier.wait()]
  notifier.notify()
  await Promise.all(waiting)
  expect(await within(notifier.wait(), 10)).toBe(TIMED_OUT)
})
