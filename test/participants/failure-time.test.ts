import { expect, test } from 'vitest'

import { DEFAULT_START } from '../../src/clock/clock-options.ts'
import { errorOf, impatient, takeWarnings, underClock } from './under-clock.ts'

const START = DEFAULT_START

/** What a program finds of time, all at once; each is virtual. */
const WAITS = `
const began = Date.now()
const log = (name) => console.log(Date.now() - began, name)
setTimeout(log, 1000, 'timeout')
const interval = setInterval(() => { log('interval'); clearInterval(interval) }, 1100)
promisify(setTimeout)(1200).then(() => log('promisified'))
timers.setTimeout(log, 1300, 'node:timers')
promises.setTimeout(1400, 'x').then((x) => log('timers/promises ' + x))
;(async () => {
  let n = 0
  for await (const y of promises.setInterval(1500, 'y')) {
    log('timers/promises interval ' + y)
    if (++n === 2) break
  }
})()
promises.scheduler.wait(1600).then(() => log('scheduler'))
named(log, 1700, 'named')
waited(1800).then(() => log('named promise'))
const controller = new AbortController()
promises.setTimeout(100_000, undefined, { signal: controller.signal }).catch((error) => log(error.name))
setTimeout(() => controller.abort(), 1900)
const refreshed = setTimeout(log, 2000, 'refreshed')
setTimeout(() => refreshed.refresh(), 500)
const closed = setTimeout(log, 2600, 'closed')
closed.close()
const cleared = setTimeout(log, 2600, 'cleared by its number')
clearTimeout(Number(cleared))
const disposed = setTimeout(log, 2600, 'disposed')
disposed[Symbol.dispose]()
console.log(disposed.hasRef(), disposed.unref().hasRef(), disposed.ref().hasRef())
const [hrtime, bigint, now] = [process.hrtime(), process.hrtime.bigint(), performance.now()]
setTimeout(() => {
  const [seconds, nanoseconds] = process.hrtime(hrtime)
  log(['clocks', seconds, nanoseconds, process.hrtime.bigint() - bigint, performance.now() - now,
    new Date() - began, new Date().getTime() - began, Date() === new Date().toString()].join(' '))
}, 2700)
setTimeout(() => {}, 1e6).unref()
`

const SEEN = `true false true
1000 timeout
1100 interval
1200 promisified
1300 node:timers
1400 timers/promises x
1500 timers/promises interval y
1600 scheduler
1700 named
1800 named promise
1900 AbortError
2500 refreshed
2700 clocks 2 700000000 2700000000 2700 2700 2700 true
3000 timers/promises interval y
`

test('all timers and clocks of a CommonJS program are virtual', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    const { promisify } = require('node:util')
    const timers = require('node:timers')
    const promises = require('node:timers/promises')
    const named = require('timers').setTimeout
    const waited = require('timers/promises').setTimeout
    const { performance } = require('node:perf_hooks')
    ${WAITS}`)
  await clock.runUntil(running.exited)
  expect(running.stdout.text).toBe(SEEN)
  expect(clock.uncontrolled).toEqual([])
})

test('all timers and clocks of an ES module are virtual', async () => {
  const { harness, clock, scratch } = await underClock()
  const file = scratch.write(
    'sup.mjs',
    `
    import { promisify } from 'node:util'
    import timers, { setTimeout as named } from 'node:timers'
    import promises, { setTimeout as waited } from 'node:timers/promises'
    import { performance } from 'node:perf_hooks'
    ${WAITS}`,
  )
  const running = await harness.supervise(process.execPath, [file], { clock: 'virtual' })
  await clock.runUntil(running.exited)
  expect(running.stdout.text).toBe(SEEN)
  expect(clock.uncontrolled).toEqual([])
})

test.each([
  [
    'AbortSignal.timeout',
    `process.stdin.resume()
AbortSignal.timeout(300).addEventListener('abort', () => process.exit(4))`,
    300,
  ],
  [
    'socket.setTimeout',
    `const server = require('node:net').createServer(() => {}).listen(0, () => {
      require('node:net').connect(server.address().port).setTimeout(310, () => process.exit(4))
    })`,
    310,
  ],
])('%s is real, and is named', async (what, body, ms) => {
  takeWarnings()
  const { start, clock } = await underClock()
  const running = await start(body)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(0)
  expect(clock.uncontrolled).toMatchObject([{ what: `${what}, in sup.cjs (1)`, ms, count: 1 }])
  expect(clock.uncontrolled[0]?.stack).toContain('sup.cjs:')
})

test('the option `timeout` of a child is virtual', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    const { spawn, execFile } = require('node:child_process')
    spawn('sleep', ['7416'], { timeout: 3_600_000 }).on('exit', (code, signal) => console.log(Date.now(), signal))
    execFile('sleep', ['7417'], { timeout: 7_200_000 }, ({ signal }) => console.log(Date.now(), signal))`)
  await clock.runUntil(running.exited)
  expect(clock.now).toBe(7_200_000)
  expect(running.stdout.text).toBe(`${START + 3_600_000} SIGTERM\n${START + 7_200_000} SIGTERM\n`)
  expect(clock.uncontrolled).toEqual([])
})

test('a timer function that another file has captured before the program is virtual', async () => {
  const { start, clock, scratch } = await underClock()
  const earlier = scratch.write('earlier.cjs', 'globalThis.captured = setTimeout')
  const running = await start(`captured(() => process.exit(4), 340)`, {
    env: { NODE_OPTIONS: `--require ${earlier}` },
  })
  await clock.runUntil(running.exited)
  expect(clock.now).toBe(340)
})

test('a wait in a thread of its own by Atomics.wait is real, and is named', async () => {
  takeWarnings()
  const { start, clock, scratch } = await underClock()
  const worker = scratch.write(
    'worker.cjs',
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 350)',
  )
  const running = await start(`
    const { Worker } = require('node:worker_threads')
    new Worker(${JSON.stringify(worker)}).on('exit', () => process.exit(4))`)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(0)
  expect(clock.uncontrolled).toMatchObject([
    { what: expect.stringContaining('Atomics.wait') as string, ms: 350 },
  ])
})

test('a thread that waits until it is woken rests, and knows the time when it is', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    const { Worker } = require('node:worker_threads')
    const shared = new Int32Array(new SharedArrayBuffer(4))
    const began = Date.now()
    const worker = new Worker(\`
      const { workerData: [shared, began] } = require('node:worker_threads')
      setTimeout(() => console.log('overdue', Date.now() - began), 1000)
      Atomics.wait(shared, 0, 0)
      console.log('woken', Date.now() - began)
      setTimeout(() => console.log('timer', Date.now() - began), 1000)
    \`, { eval: true, workerData: [shared, began] })
    setTimeout(() => {
      Atomics.store(shared, 0, 1)
      Atomics.notify(shared, 0)
    }, 60_000)`)
  expect(clock.timers).toHaveLength(1)
  await clock.runUntil(running.exited)
  expect(running.stdout.text).toBe('woken 60000\noverdue 60000\ntimer 61000\n')
  expect(clock.uncontrolled).toEqual([])
})

test('what was real in a program is told at the end of the test, and in dumps', async () => {
  const warn = takeWarnings()
  const { harness, start, clock } = await impatient()
  await start(
    `setTimeout(() => { AbortSignal.timeout(7_418_000); const again = () => setImmediate(again); again() }, 1000)`,
  )
  const error = await errorOf(clock.advance(2000))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toMatch(/AbortSignal\.timeout, in sup\.cjs \(1\) \(7418000 ms\), set at .*sup\.cjs:1/)
  await harness.close()
  expect(warn.mock.calls.join('\n')).toMatch(
    /AbortSignal\.timeout, in sup\.cjs \(1\) \(7418000 ms\), set at .*sup\.cjs:1/,
  )
})

test('timers that a vm context is given are virtual', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    require('node:vm').runInNewContext('setTimeout(done, 3_600_000)', { setTimeout, done: () => process.exit(4) })`)
  await clock.runUntil(running.exited)
  expect(clock.now).toBe(3_600_000)
})
