import { expect, test } from 'vitest'

import { underClock } from './under-clock.ts'

test.each([
  ['stays for a virtual timer', `setTimeout(() => console.log('timer'), 3_600_000)`, 0, 3_600_000, 'timer\n'],
  [
    'does not stay for a timer without a reference',
    `setTimeout(() => console.log('timer'), 3_600_000).unref()`,
    0,
    0,
    '',
  ],
  [
    'stays for a timer that has its reference again',
    `const timer = setTimeout(() => console.log('timer'), 1000).unref()\nsetTimeout(() => timer.ref(), 500)`,
    0,
    1000,
    'timer\n',
  ],
  [
    'ends when the last timer is cleared',
    `const timer = setTimeout(() => {}, 3_600_000)\nsetTimeout(() => clearTimeout(timer), 1000)`,
    0,
    1000,
    '',
  ],
  [
    'stays for the exit of a child that it has not heard of',
    `require('node:child_process').spawn('sh', ['-c', 'exit 3']).on('exit', (code) => console.log('exit', code))`,
    0,
    0,
    'exit 3\n',
  ],
  [
    'stays for the output of a child',
    `require('node:child_process').exec('echo out', (error, out) => setTimeout(() => console.log(out.trim()), 1000))`,
    0,
    1000,
    'out\n',
  ],
  [
    'does not stay for a child that it let go of',
    `const child = require('node:child_process').spawn('sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'] })
     child.unref()
     child.stdin.unref()`,
    0,
    0,
    '',
  ],
  ['ends with its exit code', `process.exitCode = 6\nsetTimeout(() => {}, 1000)`, 6, 1000, ''],
  [
    'may go on in beforeExit',
    `let n = 0
     process.on('beforeExit', () => { if (++n < 3) setTimeout(() => console.log(n), 1000) })
     process.on('exit', (code) => console.log('exit', code))`,
    0,
    2000,
    '1\n2\nexit 0\n',
  ],
  [
    'ends by what a timer throws',
    `setTimeout(() => { throw new TypeError('thrown') }, 1000)\nsetTimeout(() => {}, 5000)`,
    1,
    1000,
    '',
  ],
  [
    'hears of what a timer throws as an uncaught exception',
    `process.on('uncaughtException', (error, origin) => { console.log(origin, error.message) })
     setTimeout(() => { throw new TypeError('thrown') }, 1000)
     setTimeout(() => console.log('next'), 1000)
     setTimeout(() => process.exit(7), 2000)`,
    7,
    2000,
    'uncaughtException thrown\nnext\n',
  ],
  [
    'hears of what a timer rejects',
    `process.on('unhandledRejection', (error) => { console.log(error.message); process.exitCode = 8 })
     setTimeout(async () => { throw new TypeError('rejected') }, 1000)`,
    8,
    1000,
    'rejected\n',
  ],
  [
    'hears of what is thrown where the exit of a child is heard',
    `process.on('uncaughtException', (error, origin) => { console.log(origin, error.message); process.exitCode = 9 })
     require('node:child_process').spawn('true').on('exit', () => { throw new TypeError('thrown') })`,
    9,
    0,
    'uncaughtException thrown\n',
  ],
  [
    'fires an interval again that has thrown',
    `process.on('uncaughtException', () => {})
     let n = 0
     setInterval(() => { console.log(++n); if (n === 3) process.exit(0); throw new Error('thrown') }, 1000)`,
    0,
    3000,
    '1\n2\n3\n',
  ],
])('a program %s', async (_, body, exitCode, at, text) => {
  const { start, clock } = await underClock()
  const running = await start(body)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode, signal: null })
  expect(clock.now).toBe(at)
  expect(running.stdout.text).toBe(text)
})

test('what a timer throws is shown where it was thrown', async () => {
  const { start, clock } = await underClock()
  const running = await start(`setTimeout(function due() { throw new TypeError('thrown') }, 1000)`)
  await clock.runUntil(running.exited)
  expect(running.stderr.text).toMatch(
    /sup\.cjs:1\n.*\n\s+\^\n\nTypeError: thrown\n\s+at Timeout\.due|TypeError: thrown\n\s+at .*due.*sup\.cjs:1/,
  )
})

test('a timer has the asynchronous context in which it was set', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    const { AsyncLocalStorage } = require('node:async_hooks')
    const storage = new AsyncLocalStorage()
    const say = (name) => console.log(name, storage.getStore())
    storage.run('one', () => setTimeout(say, 1000, 'timeout'))
    storage.run('two', () => setTimeout(() => setTimeout(say, 500, 'nested'), 1000))
    storage.run('three', () => require('node:timers/promises').setTimeout(2000).then(() => say('promise')))
    storage.run('four', () => {
      let n = 0
      const interval = setInterval(() => { say('interval'); if (++n === 2) clearInterval(interval) }, 1200)
    })
    storage.run('five', () => require('node:child_process').spawn('true').on('exit', () => say('child')))
    setTimeout(say, 3000, 'outside')`)
  await clock.runUntil(running.exited)
  expect(running.stdout.text).toBe(
    'child five\ntimeout one\ninterval four\nnested two\npromise three\ninterval four\noutside undefined\n',
  )
})

test('a callback has its timer as this', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    const timer = setTimeout(function () { console.log(this === timer) }, 1000)
    let n = 0
    setInterval(function () { if (++n === 2) clearInterval(this) }, 1000)`)
  await clock.runUntil(running.exited)
  expect(running.stdout.text).toBe('true\n')
  expect(clock.now).toBe(2000)
})
