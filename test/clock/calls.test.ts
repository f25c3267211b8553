import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { TIMED_OUT, within } from '../../src/real-time.ts'
import { type OpenClock, openClock } from '../support/virtual-clock.ts'

const never = new Promise<never>(() => {})

function threeTimers({ note }: OpenClock): void {
  setTimeout(() => note('third'), 3000)
  setTimeout(() => note('first'), 1000)
  setTimeout(() => note('second'), 2000)
}

test('next() calls one timer and tells the time', async () => {
  const open = openClock()
  threeTimers(open)
  expect(await open.clock.next()).toBe(1000)
  expect(await open.clock.next()).toBe(2000)
  expect(open.log).toEqual(['1000 first', '2000 second'])
})

test('next() waits for what the timer sets off', async () => {
  const open = openClock()
  setTimeout(() => spawn('sh', ['-c', 'exit 1']).on('exit', () => open.note('exit')), 1000)
  await open.clock.next()
  expect(open.log).toEqual(['1000 exit'])
})

test('advance() calls what is due until then, and nothing else', async () => {
  const open = openClock()
  threeTimers(open)
  await open.clock.advance(2000)
  expect([open.clock.now, open.log.length]).toEqual([2000, 2])
  await open.clock.advance(0)
  await open.clock.advance(999)
  expect([open.clock.now, open.log.length]).toEqual([2999, 2])
  await open.clock.advance(1.5)
  expect([open.clock.now, open.log.length]).toEqual([3001, 3])
})

test.for([Number.NaN, -1, Infinity])('advance(%s) is refused', async (ms) => {
  const { clock } = openClock()
  await expect(clock.advance(ms)).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID', option: 'ms' })
})

test('settle() moves no time', async () => {
  const open = openClock()
  threeTimers(open)
  spawn('sh', ['-c', 'exit 1']).on('exit', () => open.note('exit'))
  await open.clock.settle()
  expect(open.log).toEqual(['0 exit'])
})

test('runUntil() gives the value of a promise, or what it is rejected with', async () => {
  const { clock } = openClock()
  const later = new Promise((resolve) => setTimeout(() => resolve('value'), 1000))
  expect(await clock.runUntil(later)).toBe('value')
  const failing = new Promise((_, reject) => setTimeout(() => reject(new Error('failed')), 1000))
  await expect(clock.runUntil(failing)).rejects.toThrow('failed')
  expect(await clock.runUntil(Promise.resolve(5))).toBe(5)
  expect(clock.now).toBe(2000)
})

test('runUntil() asks a condition at rest, once before time moves', async () => {
  const open = openClock()
  threeTimers(open)
  const asked: number[] = []
  await open.clock.runUntil(() => {
    asked.push(open.clock.now)
    return open.log.length === 2
  })
  expect(asked).toEqual([0, 1000, 2000])
})

test('what a condition throws is the outcome', async () => {
  const { clock } = openClock()
  const failing = (): boolean => {
    throw new Error('cannot tell')
  }
  await expect(clock.runUntil(failing)).rejects.toThrow('cannot tell')
})

test('a condition that is no yes or no, and what cannot be awaited, are refused', async () => {
  const { clock } = openClock()
  await expect(clock.runUntil((async () => true) as never)).rejects.toThrow(
    /answered a promise.*pass the promise/,
  )
  await expect(clock.runUntil((() => 1) as never)).rejects.toThrow('answered 1')
  for (const what of [5000, undefined, null, {}]) {
    await expect(clock.runUntil(what as never)).rejects.toMatchObject({
      code: 'ERR_OPTION_INVALID',
      option: 'what',
    })
  }
})

test('a signal ends the wait, not the time of others', async () => {
  const { clock } = openClock()
  const reason = new Error('enough')
  await expect(clock.runUntil(never, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const abort = new AbortController()
  setTimeout(() => abort.abort(reason), 1000)
  setTimeout(() => {}, 5000)
  await expect(clock.runUntil(never, { signal: abort.signal })).rejects.toBe(reason)
  expect(clock.now).toBe(1000)
  expect(clock.timers).toHaveLength(1)
})

test('two calls at once are both served', async () => {
  const open = openClock()
  threeTimers(open)
  const at = async (call: Promise<unknown>): Promise<number> => {
    await call
    return open.clock.now
  }
  const times = await Promise.all([
    at(open.clock.runUntil(() => open.log.length === 3)),
    at(open.clock.runUntil(() => open.log.length === 1)),
    at(open.clock.advance(2500)),
    at(open.clock.next()),
    at(open.clock.settle()),
  ])
  expect(times).toEqual([3000, 1000, 2500, 1000, 0])
})

test('calls one right after the other are all served', async () => {
  const { clock } = openClock()
  for (let i = 0; i < 200; i++) await clock.advance(1)
  for (let i = 0; i < 50; i++) await clock.settle()
  expect(clock.now).toBe(200)
})

test('what a timer throws rejects the call, and the clock goes on', async () => {
  const open = openClock()
  setTimeout(() => {
    throw new Error('in a timer')
  }, 1000)
  setTimeout(() => open.note('later'), 1000)
  await expect(open.clock.advance(5000)).rejects.toThrow('in a timer')
  await open.clock.advance(5000)
  expect(open.log).toEqual(['1000 later'])
})

test('timers of one instant are called in the order in which they were set, each at rest', async () => {
  const open = openClock()
  setTimeout(() => {
    spawn('sh', ['-c', 'exit 1']).on('exit', () => open.note('exit'))
    setTimeout(() => open.note('set meanwhile'), 0)
  }, 1000)
  setTimeout(() => open.note('second'), 1000)
  await open.clock.advance(2000)
  expect(open.log).toEqual(['1000 exit', '1000 second', '1001 set meanwhile'])
})

test('time is moved from within a callback, which nobody need wait for', async () => {
  const open = openClock()
  setTimeout(() => {
    void open.clock.advance(500).then(() => open.note('advanced'))
  }, 1000)
  await open.clock.advance(5000)
  expect(open.log).toEqual(['1500 advanced'])
})

test('a callback that waits for time to move is served by the call that called it', async () => {
  const open = openClock()
  const done = delay(1000).then(async () => {
    await open.clock.sleep(500)
    open.note('slept')
    await open.clock.runUntil(once(spawn('sh', ['-c', 'exit 1']), 'exit'))
    open.note('exit')
  })
  await open.clock.runUntil(done)
  expect(open.log).toEqual(['1500 slept', '1500 exit'])
})

test('Date, performance and hrtime begin where they are told and move together', async () => {
  const { clock } = openClock({ start: new Date('2030-06-01T00:00:00Z') })
  const before = process.hrtime.bigint()
  await clock.advance(90_000)
  expect(new Date().toISOString()).toBe('2030-06-01T00:01:30.000Z')
  expect([clock.now, performance.now()]).toEqual([90_000, 90_000])
  expect(process.hrtime.bigint() - before).toBe(90_000_000_000n)
})

test('the wall clock jumps, and no timer with it', async () => {
  const open = openClock({ start: 0 })
  threeTimers(open)
  await open.clock.jump(-3_600_000, { as: 'wall' })
  expect([Date.now(), open.clock.now]).toEqual([-3_600_000, 0])
  await open.clock.jump(7_200_000, { as: 'wall' })
  await open.clock.advance(1000)
  expect([Date.now(), open.clock.now, open.log]).toEqual([3_601_000, 1000, ['1000 first']])
})

test('after a sleep of the machine all that was due comes once, then intervals go on', async () => {
  const open = openClock()
  threeTimers(open)
  const interval = setInterval(() => open.note('beat'), 900)
  await open.clock.jump(2500, { as: 'sleep' })
  expect(open.log.toSorted()).toEqual(['2500 beat', '2500 first', '2500 second'])
  await open.clock.advance(900)
  clearInterval(interval)
  expect(open.log.slice(3)).toEqual(['3000 third', '3400 beat'])
})

test('pending timers are listed, the next one first', async () => {
  const { clock } = openClock()
  setTimeout(() => {}, 3000)
  const interval = setInterval(() => {}, 1000)
  const abort = new AbortController()
  const slept = clock.sleep(2000, abort.signal)
  expect(clock.timers.map(({ at, kind, delay }) => [at, kind, delay])).toEqual([
    [1000, 'interval', 1000],
    [2000, 'sleep', 2000],
    [3000, 'timeout', 3000],
  ])
  for (const { stack } of clock.timers) expect(stack).toContain('calls.test.ts')
  abort.abort(new Error('woken'))
  await expect(slept).rejects.toThrow('woken')
  clearInterval(interval)
  expect(clock.timers).toHaveLength(1)
})

test('without anybody who moves it time stands still', async () => {
  const open = openClock()
  threeTimers(open)
  expect(await within(never, 100)).toBe(TIMED_OUT)
  expect([open.clock.now, open.log]).toEqual([0, []])
})

test('what time moved on is told by its evidence', async () => {
  const { clock } = openClock()
  await clock.advance(1000)
  expect(clock.evidence).toBe('exact')
  const child = spawn('cat')
  await clock.settle()
  expect(clock.evidence).toBe('exact')
  await clock.advance(1)
  expect(clock.evidence).toBe('heuristic')
  child.stdin.end()
})

test('a sleep of no time ends at this time', async () => {
  const { clock } = openClock()
  await clock.runUntil(clock.sleep(0))
  expect(clock.now).toBe(0)
})

test('what cannot be meant is refused with its name', async () => {
  const { clock } = openClock()
  await expect(clock.jump(100, { as: 'walls' as 'wall' })).rejects.toMatchObject({
    code: 'ERR_OPTION_INVALID',
    message: expect.stringContaining("'walls'"),
  })
  await expect(clock.runUntil(() => true, { limit: '5s' as unknown as number })).rejects.toMatchObject({
    code: 'ERR_OPTION_INVALID',
    message: expect.stringContaining("'5s'"),
  })
})
