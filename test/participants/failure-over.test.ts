import { existsSync, readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { DEFAULT_START } from '../../src/clock/clock-options.ts'
import { alive } from '../support/alive.ts'
import { until } from '../support/until.ts'
import { underClock } from './under-clock.ts'

const START = DEFAULT_START

const GRACEFUL = `
const { spawn } = require('node:child_process')
const { writeFileSync } = require('node:fs')
const agent = spawn('sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'] })
setInterval(() => {}, 3_600_000)
process.on('SIGTERM', () => {
  const began = [Date.now(), process.hrtime.bigint(), performance.now()]
  agent.kill()
  agent.on('exit', () => setTimeout(() => {
    const ended = [Date.now(), process.hrtime.bigint(), performance.now()]
    writeFileSync(process.argv[2], ended.map((time, i) => Number(time - began[i]) / (i === 1 ? 1e6 : 1)).join(' '))
    process.exit(0)
  }, 200))
})`

test('a graceful stop at the end of the test has real time', async () => {
  const { harness, clock, scratch } = await underClock()
  const report = scratch.path('report')
  const running = await harness.supervise(process.execPath, [scratch.write('sup.cjs', GRACEFUL), report], {
    clock: 'virtual',
  })
  await clock.advance(7_200_000)
  await harness.close()
  expect(running.result).toMatchObject({ exitCode: 0, signal: null })
  const waited = readFileSync(report, 'utf8').split(' ').map(Number)
  expect(waited).toHaveLength(3)
  for (const ms of waited) expect(ms).toBeGreaterThanOrEqual(199)
  for (const ms of waited) expect(ms).toBeLessThan(10_000)
})

test('a graceful stop in the test has virtual time', async () => {
  const { harness, clock, scratch } = await underClock()
  const report = scratch.path('report')
  const running = await harness.supervise(process.execPath, [scratch.write('sup.cjs', GRACEFUL), report], {
    clock: 'virtual',
  })
  await clock.runUntil(running.close())
  expect(running.result).toMatchObject({ exitCode: 0, signal: null })
  expect(clock.now).toBe(200)
  expect(readFileSync(report, 'utf8')).toBe('200 200 200')
})

test('who does not end within closeGrace of virtual time is killed', async () => {
  const { clock, start } = await underClock()
  const running = await start(`process.on('SIGTERM', () => {})\nsetInterval(() => {}, 1000)`, {
    closeGrace: 60_000,
  })
  await clock.runUntil(running.close())
  expect(running.result).toMatchObject({ signal: 'SIGKILL' })
  expect(clock.now).toBe(60_000)
})

const DAEMON = `
const { spawn } = require('node:child_process')
const { appendFileSync, writeFileSync } = require('node:fs')
if (process.argv[2] === 'daemon') {
  writeFileSync('daemon.pid', String(process.pid))
  setInterval(() => appendFileSync('daemon.log', Date.now() + '\\n'), 3_600_000)
} else {
  spawn(process.execPath, [__filename, 'daemon'], { detached: true, stdio: 'ignore' }).unref()
}`

test('a daemon goes by the clock when its parent is gone, and is ended with the test', async () => {
  const { harness, clock, scratch, start } = await underClock()
  const running = await start(DAEMON, { cwd: scratch.root })
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 0 })
  await clock.runUntil(() => existsSync(scratch.path('daemon.pid')))
  const pid = Number(readFileSync(scratch.path('daemon.pid'), 'utf8'))
  expect(clock.timers).toMatchObject([{ at: 3_600_000, kind: 'interval', process: 'sup.cjs daemon (1.1)' }])
  await clock.advance(7_200_000)
  expect(readFileSync(scratch.path('daemon.log'), 'utf8')).toBe(
    `${START + 3_600_000}\n${START + 7_200_000}\n`,
  )
  expect(alive(pid)).toBe(true)
  await harness.close()
  await until('the daemon is gone', () => !alive(pid))
})

test('a program that is started when the test is over has real time', async () => {
  const { harness, clock, scratch, start } = await underClock()
  const child = scratch.write(
    'child.cjs',
    `const began = Date.now()
     setTimeout(() => require('node:fs').writeFileSync('report', String(Date.now() - began)), 100)`,
  )
  const running = await start(
    `const spawn = () => require('node:child_process').spawn(process.execPath, [${JSON.stringify(child)}])
     process.on('SIGTERM', () => spawn().on('exit', (code) => process.exit(code)))
     setInterval(() => {}, 1000)`,
    { cwd: scratch.root, closeGrace: 20_000 },
  )
  await clock.advance(1000)
  await harness.close()
  expect(running.result).toMatchObject({ exitCode: 0, signal: null })
  expect(Number(readFileSync(scratch.path('report'), 'utf8'))).toBeGreaterThanOrEqual(99)
})

test('timers and intervals of a program go on in real time when the test is over', async () => {
  const { harness, clock, scratch, start } = await underClock()
  const running = await start(
    `const said = []
     process.on('SIGTERM', () => {
       setTimeout(() => said.push('later'), 150)
       let n = 0
       const interval = setInterval(() => {
         said.push(++n)
         if (n < 3) return
         clearInterval(interval)
         require('node:fs').writeFileSync('report', said.join(' '))
       }, 60)
       timer.ref()
       running.unref()
     })
     const timer = setTimeout(() => {}, 1100).unref()
     const running = setInterval(() => {}, 1000)`,
    { cwd: scratch.root, closeGrace: 20_000 },
  )
  await clock.advance(1000)
  await harness.close()
  expect(running.result).toMatchObject({ exitCode: 0, signal: null })
  expect(readFileSync(scratch.path('report'), 'utf8')).toBe('1 2 later 3')
})

const COUNTER = `
require('node:fs').writeFileSync('counter.pid', String(process.pid))
setInterval(() => require('node:fs').appendFileSync('counter.log', Date.now() + '\\n'), 1000)`

test.each([
  ['the shell itself', (node: string) => ['sh', '-c', `${node} counter.cjs & :`]],
  [
    'a shell without its streams',
    (node: string) => ['sh', '-c', `${node} counter.cjs > /dev/null 2>&1 < /dev/null & :`],
  ],
  [
    'a shell that a program starts',
    (node: string) => [
      process.execPath,
      '-e',
      `require('node:child_process').spawn('sh', ['-c', '${node} counter.cjs & :'], { stdio: 'ignore' })`,
    ],
  ],
])('a daemon that is left by %s goes by the clock', async (_, command) => {
  const { harness, clock, scratch } = await underClock()
  scratch.write('counter.cjs', COUNTER)
  const [file = '', ...args] = command(process.execPath)
  const running = await harness.supervise(file, args, { cwd: scratch.root, clock: 'virtual' })
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 0 })
  await clock.advance(3000)
  expect(readFileSync(scratch.path('counter.log'), 'utf8')).toBe(
    [1000, 2000, 3000].map((ms) => `${START + ms}\n`).join(''),
  )
  await harness.close().catch(() => {})
})
