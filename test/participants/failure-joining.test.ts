import { spawnSync } from 'node:child_process'

import { expect, test } from 'vitest'

import { DEFAULT_START } from '../../src/clock/clock-options.ts'
import { openHarness } from '../support/harness.ts'
import { errorOf, impatient, underClock } from './under-clock.ts'

const node = process.execPath
const NEVER = 'setTimeout(() => process.exit(4), 7_413_000)'

test.each([
  ['without its variables', ['env', '-u', 'NODE_OPTIONS', '-u', 'SUPERVISE_CLOCK', node, '-e', NEVER]],
  ['without NODE_OPTIONS', ['env', '-u', 'NODE_OPTIONS', node, '-e', NEVER]],
  ['without an environment', ['env', '-i', node, '-e', NEVER]],
  ['told to have real time', ['env', 'SUPERVISE_CLOCK=off', node, '-e', NEVER]],
  ['of another kind', ['sh', '-c', 'sleep 7414; :']],
  ['that sleeps', ['sleep', '7415']],
])(
  'a program %s cannot be started under the clock, and is not left running',
  async (_, [file = '', ...args]) => {
    const { harness } = await underClock()
    const error = await errorOf(harness.supervise(file, args, { clock: 'virtual' }))
    expect(error.code).toBe('ERR_CLOCK_NOT_JOINED')
    expect(error.message).toContain(`supervisor "${file}`)
    expect(error.message).toContain('NODE_OPTIONS')
    expect(await harness.processes()).toEqual([])
  },
)

test.skipIf(spawnSync('python3', ['-c', '']).status !== 0)(
  'a program in Python cannot be started under the clock',
  async () => {
    const { harness } = await underClock()
    const error = await errorOf(harness.supervise('python3', ['-c', 'input()'], { clock: 'virtual' }))
    expect(error.code).toBe('ERR_CLOCK_NOT_JOINED')
    expect(await harness.processes()).toEqual([])
  },
)

test('a program that waits by real timers, and never rests, cannot be started under the clock for that reason', async () => {
  const { harness } = await impatient()
  const loop = ['-c', 'while :; do sleep 0.05; done']
  const error = await errorOf(harness.supervise('sh', loop, { clock: 'virtual' }))
  expect(error.code).toBe('ERR_CLOCK_NOT_JOINED')
  // Between two naps the shell itself is at work.
  expect(error.message).toMatch(/^ {2}sh -c while .*: (asleep for a moment of real time|at work$)/m)
  expect(await harness.processes()).toEqual([])
})

test('the error of a program that cannot be started under the clock shows the line of the test', async () => {
  const { harness } = await underClock()
  const error = await errorOf(harness.supervise('true', [], { clock: 'virtual' }))
  expect(error.code).toBe('ERR_CLOCK_NOT_JOINED')
  expect(error.stack).toContain('failure-joining.test.ts:')
})

test('the error of a program that is to go by a clock that is not there shows the line of the test', async () => {
  const harness = await openHarness()
  const error = await errorOf(harness.supervise('true', [], { clock: 'virtual' }))
  expect(error.code).toBe('ERR_OPTION_INVALID')
  expect(error.stack).toContain('failure-joining.test.ts:')
})

test('a program that ends before anybody could hear of it says so in the error', async () => {
  const { harness } = await underClock()
  const error = await errorOf(
    harness.supervise('sh', ['-c', 'echo no such thing >&2; exit 7'], { clock: 'virtual' }),
  )
  expect(error.code).toBe('ERR_CLOCK_NOT_JOINED')
  expect(error.message).toContain('no such thing')
})

test('a child that goes by no clock is waited for in real time, while no virtual time passes', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    const { spawn } = require('node:child_process')
    setInterval(() => {}, 50)
    const child = spawn('env', ['-i', process.execPath, '-e', 'setTimeout(() => process.exit(3), 200)'])
    child.on('exit', (code) => process.exit(code + 1))`)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(0)
})

test('a child that goes by no clock is named as such where it holds up time', async () => {
  const { start, clock } = await impatient()
  const running = await start(`
    const { spawn } = require('node:child_process')
    setTimeout(() => spawn('env', ['-i', process.execPath, '-e', 'setInterval(() => {}, 20)']), 500)
    setTimeout(() => process.exit(4), 1000)`)
  const error = await errorOf(clock.runUntil(running.exited))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toMatch(/ {6}\d+ node: (napping|running)[^\n]*, in real time: it goes by no clock/)
  expect(error.message).toContain('sup.cjs (1): at rest, with a timer at 1000 ms')
})

const CHILD = `setTimeout(() => { console.log(Date.now()); process.exit(3) }, 3_600_000)`

test.each([
  ['an empty environment', `spawn(process.execPath, [CHILD], { env: {} })`],
  [
    'a NODE_OPTIONS of its own',
    `spawn(process.execPath, [CHILD], { env: { NODE_OPTIONS: '--no-warnings' } })`,
  ],
  [
    'no prototype',
    `spawn(process.execPath, [CHILD], { env: Object.assign(Object.create(null), { A: '1' }) })`,
  ],
  ['execArgv', `fork(CHILD, [], { execArgv: ['--no-warnings'], env: { A: '1' } })`],
  ['a shell', `exec(JSON.stringify(process.execPath) + ' ' + JSON.stringify(CHILD), { env: {} })`],
  ['a shell that is replaced', `spawn('sh', ['-c', 'exec "$0" "$1"', process.execPath, CHILD], { env: {} })`],
  [
    'variables that were deleted',
    `(delete process.env.NODE_OPTIONS, delete process.env.SUPERVISE_CLOCK, spawn(process.execPath, [CHILD]))`,
  ],
])('a Node child that is started with %s goes by the clock', async (_, call) => {
  const { start, clock, scratch } = await underClock()
  const child = scratch.write('child.cjs', CHILD)
  const running = await start(`
    const { spawn, fork, exec } = require('node:child_process')
    const CHILD = ${JSON.stringify(child)}
    const child = ${call}
    child.on('exit', (code) => process.exit(code + 1))`)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(3_600_000)
})

test('a child that is told to have real time has it', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    const { spawn } = require('node:child_process')
    const body = 'const began = Date.now(); setTimeout(() => console.log(began > ${DEFAULT_START + 3_600_000}), 100)'
    spawn(process.execPath, ['-e', body], { stdio: 'inherit', env: { ...process.env, SUPERVISE_CLOCK: 'off' } })
      .on('exit', () => process.exit(4))`)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(running.stdout.text).toBe('true\n')
  expect(clock.now).toBe(0)
})

test('a worker thread with an environment of its own goes by the clock, and so do its children', async () => {
  const { start, clock, scratch } = await underClock()
  const child = scratch.write('child.cjs', CHILD)
  const running = await start(`
    const { Worker } = require('node:worker_threads')
    const body = \`require('node:child_process').spawn(process.execPath, [\${JSON.stringify(${JSON.stringify(child)})}]).on('exit', (code) => process.exit(code))\`
    new Worker(body, { eval: true, env: {}, execArgv: [] }).on('exit', (code) => process.exit(code + 1))`)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(3_600_000)
})
