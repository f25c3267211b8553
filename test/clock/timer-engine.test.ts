import { AsyncLocalStorage } from 'node:async_hooks'
import { promisify } from 'node:util'

import nodeTimers, { setTimeout as nodeSetTimeout } from 'node:timers'
import promises, { scheduler, setInterval as every, setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'

import { TimerEngine } from '../../src/clock/timer-engine.ts'
import { realTurn } from '../../src/real-time.ts'

let engine: TimerEngine | undefined

afterEach(() => engine?.uninstall())

function install(start = 1_000_000): TimerEngine {
  engine = TimerEngine.install(start)
  return engine
}

async function fireAll(clock: TimerEngine): Promise<void> {
  while (clock.next !== undefined) {
    clock.fire()
    await realTurn()
  }
}

test('every way to wait that Node has waits for the engine', async () => {
  const clock = install()
  const heard: string[] = []
  globalThis.setTimeout(() => heard.push(`global at ${clock.now}`), 10)
  nodeSetTimeout(() => heard.push(`named import of node:timers at ${clock.now}`), 20)
  nodeTimers.setTimeout(() => heard.push(`default import of node:timers at ${clock.now}`), 30)
  void delay(40, 'forty').then((value) => heard.push(`node:timers/promises, ${value}, at ${clock.now}`))
  void promises.setTimeout(50).then(() => heard.push(`its default import at ${clock.now}`))
  void scheduler.wait(60).then(() => heard.push(`scheduler.wait at ${clock.now}`))
  void promisify(setTimeout)(70).then(() => heard.push(`promisify at ${clock.now}`))
  const interval = setInterval(() => {
    heard.push(`interval at ${clock.now}`)
    clearInterval(interval)
  }, 80)
  void (async () => {
    for await (const _ of every(90)) {
      heard.push(`interval of node:timers/promises at ${clock.now}`)
      break
    }
  })()
  await fireAll(clock)
  expect(heard).toEqual([
    'global at 10',
    'named import of node:timers at 20',
    'default import of node:timers at 30',
    'node:timers/promises, forty, at 40',
    'its default import at 50',
    'scheduler.wait at 60',
    'promisify at 70',
    'interval at 80',
    'interval of node:timers/promises at 90',
  ])
})

test('every clock that Node has shows the engine’s time', () => {
  const clock = install(Date.UTC(2030, 0, 1))
  const before = process.hrtime.bigint()
  clock.moveTo(1500)
  expect(new Date().toISOString()).toBe('2030-01-01T00:00:01.500Z')
  expect(Date.now()).toBe(Date.UTC(2030, 0, 1) + 1500)
  expect(performance.now()).toBe(1500)
  expect(process.hrtime.bigint() - before).toBe(1_500_000_000n)
})

test('microtasks, nextTick and immediates stay real', async () => {
  install()
  const heard: string[] = []
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      heard.push('immediate')
      resolve()
    })
    process.nextTick(() => heard.push('nextTick'))
    queueMicrotask(() => heard.push('microtask'))
  })
  expect(heard).toEqual(['microtask', 'nextTick', 'immediate'])
})

test('a delay that Node would not take counts as 1 ms, as in Node', () => {
  const clock = install()
  setTimeout(() => {}, 0)
  setTimeout(() => {}, -5)
  setTimeout(() => {})
  setTimeout(() => {}, 2 ** 31)
  setTimeout(() => {}, 2.9)
  expect(clock.pending.map(({ at }) => at)).toEqual([1, 1, 1, 1, 2])
})

test('a pending timer tells when it is due, what it is, and where it was set', () => {
  const clock = install()
  clock.moveTo(100)
  setInterval(() => {}, 50)
  clock.after(20, () => {}, new Error('here'))
  const cancel = clock.after(10, () => {}, new Error('nowhere'))
  cancel()
  expect(clock.pending).toEqual([
    { at: 120, delay: 20, kind: 'sleep', stack: expect.stringContaining('timer-engine.test.ts') },
    { at: 150, delay: 50, kind: 'interval', stack: expect.stringContaining('timer-engine.test.ts') },
  ])
})

test('a timer can be closed and disposed of, as in Node', () => {
  const clock = install()
  setTimeout(() => {}, 10).close()
  setInterval(() => {}, 10)[Symbol.dispose]()
  expect(clock.pending).toEqual([])
})

test('a sleep may be longer than a timer of Node', async () => {
  const clock = install()
  const year = 365 * 24 * 3600 * 1000
  const woken = vi.fn<() => void>()
  clock.after(year, woken, new Error('here'))
  await fireAll(clock)
  expect(woken).toHaveBeenCalledOnce()
  expect(clock.now).toBe(year)
})

test('a jump of the wall clock moves Date and no timer', () => {
  const clock = install()
  setTimeout(() => {}, 100)
  clock.jumpWall(-3_600_000)
  expect([clock.now, Date.now(), performance.now(), clock.next]).toEqual([0, 1_000_000 - 3_600_000, 0, 100])
  clock.jumpWall(7_200_000)
  expect([clock.now, Date.now(), performance.now(), clock.next]).toEqual([0, 1_000_000 + 3_600_000, 0, 100])
})

test('after a sleep of the machine what was due is due once, and in order', async () => {
  const clock = install()
  const heard: string[] = []
  setTimeout(() => heard.push(`timeout at ${clock.now}`), 300)
  const interval = setInterval(() => heard.push(`interval at ${clock.now}`), 100)
  setTimeout(() => heard.push(`late at ${clock.now}`), 5000)
  clock.postpone(1000)
  while ((clock.next ?? Infinity) <= 1100) clock.fire()
  clearInterval(interval)
  expect(heard).toEqual(['timeout at 1000', 'interval at 1000', 'interval at 1100'])
  expect(clock.next).toBe(5000)
})

test('what a callback throws comes out of the engine', () => {
  const clock = install()
  setTimeout(() => {
    throw new Error('boom')
  }, 1)
  expect(() => clock.fire()).toThrow('boom')
})

test('everything is given back, also what was set before', async () => {
  const before = [setTimeout, clearTimeout, setInterval, clearInterval, Date, performance.now, process.hrtime]
  const waiting = scheduler.wait
  const running = realTimers()
  const early = setTimeout(() => {}, 60_000)
  const clock = install()
  clearTimeout(early)
  expect(realTimers()).toBe(running)
  setTimeout(() => {}, 10)
  clock.uninstall()
  expect([
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    Date,
    performance.now,
    process.hrtime,
  ]).toEqual(before)
  expect(scheduler.wait).toBe(waiting)
  expect(Object.hasOwn(performance, 'now')).toBe(false)
  await delay(1)
  expect(nodeSetTimeout).toBe(setTimeout)
})

function realTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

test('timers of the test are counted apart from waits', () => {
  const clock = install()
  setTimeout(() => {}, 10)
  setInterval(() => {}, 20)
  clock.after(30, () => {}, new Error('here'))
  expect([clock.timersPending, clock.pending.length]).toEqual([2, 3])
})

test('there is one engine at a time', () => {
  install()
  expect(() => TimerEngine.install(0)).toThrow(expect.objectContaining({ code: 'ERR_CLOCK_IN_USE' }))
})

test('a timer that is not ours is real', async () => {
  engine = TimerEngine.install(0, { owns: () => false })
  await new Promise<void>((resolve) => void setTimeout(resolve, 1))
  expect([engine.now, engine.pending]).toEqual([0, []])
})

test('timers are due when they were, also after the wall clock has jumped', () => {
  const clock = install()
  setTimeout(() => {}, 100)
  clock.jumpWall(5000)
  setTimeout(() => {}, 200)
  expect(clock.pending.map(({ at }) => at)).toEqual([100, 200])
  clock.postpone(150)
  expect(clock.pending.map(({ at }) => at)).toEqual([150, 200])
})

test('a callback has its timer as `this`, and the asynchronous context in which it was set', () => {
  const clock = install()
  const storage = new AsyncLocalStorage<string>()
  const heard: unknown[] = []
  const note = function (this: unknown, what: string): void {
    heard.push(what, storage.getStore(), this === timer || this === interval)
  }
  const timer = storage.run('one', () => setTimeout(note, 10, 'timeout'))
  const interval = storage.run('two', () => setInterval(note, 20, 'interval'))
  for (let i = 0; i < 3; i++) clock.fire()
  clearInterval(interval)
  expect(heard).toEqual(['timeout', 'one', true, 'interval', 'two', true, 'interval', 'two', true])
})

test('time that goes on by itself calls each timer at its time', () => {
  const clock = install(5000)
  const heard: string[] = []
  const note = (what: string): void => void heard.push(`${what} at ${clock.now}, ${Date.now()}`)
  clock.setNow(1000)
  setTimeout(() => {
    note('first')
    setTimeout(note, 10, 'set by the first')
  }, 5)
  setTimeout(note, 7, 'second')
  setTimeout(note, 100, 'later')
  let elapsed = 0
  const catchUp = clock.goOn(() => elapsed)
  elapsed = 4.9
  catchUp()
  expect(heard).toEqual([])
  expect([clock.now, Date.now(), performance.now()]).toEqual([1004, 6004, 1004])
  elapsed = 50
  setTimeout(note, 20, 'set late')
  catchUp()
  expect(heard).toEqual(['first at 1005, 6005', 'second at 1007, 6007', 'set by the first at 1015, 6015'])
  expect(clock.now).toBe(1050)
  elapsed = 200
  catchUp()
  expect(heard.slice(3)).toEqual(['set late at 1070, 6070', 'later at 1100, 6100'])
})
