import { mkdirSync, symlinkSync } from 'node:fs'

import { expect, onTestFinished, test, vi } from 'vitest'

import { DEFAULT_START } from '../../src/clock/clock-options.ts'
import { createHarness } from '../../src/harness/create-harness.ts'
import { nodeOf } from '../lab/runtime.ts'
import { Scratch } from '../support/scratch.ts'
import { errorOf, takeWarnings, underClock } from './under-clock.ts'

/** Besides the one that runs this. */
const OTHERS = ['22', '24', '26']
const nodeOfThis = (major: string): Promise<string> =>
  process.versions.node.startsWith(`${major}.`) ? Promise.resolve(process.execPath) : nodeOf(major)

const RESTARTS = `
import { spawn } from 'node:child_process'
const began = Date.now()
let count = 0
function start() {
  spawn('sh', ['-c', 'exit 3']).on('exit', (code) => {
    console.log(Date.now() - began, code)
    if (++count < 4) setTimeout(start, 1000 * 2 ** count)
  })
}
start()
`
const SEEN = '0 3\n2000 3\n6000 3\n14000 3\n'

test('a supervisor that is an ES module goes by the clock', async () => {
  const { harness, clock, scratch } = await underClock()
  const file = scratch.write('sup.mjs', RESTARTS)
  const running = await harness.supervise(process.execPath, [file], { clock: 'virtual' })
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 0 })
  expect(running.stdout.text).toBe(SEEN)
})

test.each(['20', ...OTHERS])('a program behind a loader of Node %s goes by the clock', async (major) => {
  const { harness, clock, scratch } = await underClock()
  const hooks = scratch.write(
    'hooks.mjs',
    `export async function load(url, context, next) {
      if (!url.endsWith('.odd')) return next(url, context)
      const { source } = await next(url, { ...context, format: 'module' })
      return { format: 'module', shortCircuit: true, source: String(source).replace('ODD', 'setTimeout') }
    }`,
  )
  const register = scratch.write(
    'register.mjs',
    `import { register } from 'node:module'\nregister(${JSON.stringify(`file://${hooks}`)})`,
  )
  const file = scratch.write('sup.odd', `ODD(() => console.log('odd'), 3_600_000)`)
  const running = await harness.supervise(await nodeOfThis(major), ['--import', register, file], {
    clock: 'virtual',
  })
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 0 })
  expect(running.stdout.text).toBe('odd\n')
  expect(clock.now).toBe(3_600_000)
})

test.each(OTHERS)(
  'a TypeScript program that Node %s strips of its types goes by the clock',
  async (major) => {
    const { harness, clock, scratch } = await underClock()
    const file = scratch.write(
      'sup.mts',
      `const said: string = 'typed'\nsetTimeout(() => console.log(said), 3_600_000)`,
    )
    const args = [...(major === '22' ? ['--experimental-strip-types', '--no-warnings'] : []), file]
    const running = await harness.supervise(await nodeOf(major), args, { clock: 'virtual' })
    expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 0 })
    expect(running.stdout.text).toBe('typed\n')
    expect(clock.now).toBe(3_600_000)
  },
)

test.each([
  ['npm run', ['run', '--silent', 'sup']],
  ['npm exec', ['exec', '--', 'sup']],
])('what %s starts goes by the clock, and so does npm', async (_, args) => {
  const { harness, clock, scratch } = await underClock()
  const file = scratch.write('sup.mjs', `#!/usr/bin/env node\n${RESTARTS}`, 0o755)
  scratch.write(
    'package.json',
    JSON.stringify({ name: 'scratch', version: '1.0.0', scripts: { sup: 'node sup.mjs' } }),
  )
  mkdirSync(scratch.path('node_modules', '.bin'), { recursive: true })
  symlinkSync(file, scratch.path('node_modules', '.bin', 'sup'))
  const running = await harness.supervise('npm', args, {
    clock: 'virtual',
    cwd: scratch.root,
    env: { npm_config_update_notifier: 'false', npm_config_offline: 'true' },
  })
  expect(clock.timers.map((timer) => timer.process)).toContainEqual(
    expect.stringMatching(/^(sup\.mjs|sup) \(1(\.\d+)+\)$/),
  )
  await clock.runUntil(running.stdout.line('14000 3'), { limit: 60_000 })
  expect(running.stdout.text).toBe(SEEN)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 0 })
})

test.each([['with spaces'], ['ünï ☃'], [`quo"te'd`], ['back\\slash $HOME `x`'], ['b'.repeat(30)]])(
  'a run in the directory %j has programs that go by its clock, and so have their children',
  async (name) => {
    const scratch = new Scratch()
    const folder = scratch.path(name)
    mkdirSync(folder)
    vi.stubEnv('TMPDIR', folder)
    vi.stubEnv('SUPERVISE_RUN', undefined)
    onTestFinished(() => void vi.unstubAllEnvs())
    const harness = await createHarness()
    onTestFinished(() => harness.close())
    expect(harness.runtimeDir).toContain(name)
    const clock = harness.installClock()
    const file = scratch.write('sup.mjs', RESTARTS)
    const parent = scratch.write(
      'parent.cjs',
      `require('node:child_process').spawn(process.execPath, [${JSON.stringify(file)}], { stdio: 'inherit', env: {} })`,
    )
    const running = await harness.supervise(process.execPath, [parent], { clock: 'virtual' })
    expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 0 })
    expect(running.stderr.text).toBe('')
    expect(running.stdout.text).toBe(SEEN)
  },
)

/** What a program is asked for on each Node: all of it goes by the clock. */
const EVERYTHING = `
import { spawn, fork } from 'node:child_process'
import { setTimeout as pause, scheduler } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
if (process.argv[2] === 'child') {
  await pause(1000)
  process.exit(3)
}
const began = Date.now()
const log = (...words) => console.log(Date.now() - began, ...words)
const ended = (child) => new Promise((resolve) => child.on('exit', resolve))
log('child', await ended(spawn(process.execPath, [process.argv[1], 'child'], { env: {} })))
log('fork', await ended(fork(process.argv[1], ['child'])))
log('thread', await ended(new Worker('setTimeout(() => process.exit(5), 1000)', { eval: true, env: {} })))
log('killed', await new Promise((resolve) => spawn('sleep', ['7420'], { timeout: 1000 }).on('exit', (code, signal) => resolve(signal))))
await scheduler.wait(1000)
for await (const _ of (await import('node:timers/promises')).setInterval(1000)) break
log('clocks', performance.now() >= 5000, process.hrtime()[0] >= 5)
`

test.each(OTHERS)('a supervisor on Node %s goes by the clock, with all it starts', async (major) => {
  const node = await nodeOf(major)
  const { harness, clock, scratch } = await underClock()
  const running = await harness.supervise(node, [scratch.write('sup.mjs', EVERYTHING)], {
    clock: 'virtual',
  })
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 0 })
  expect(running.stdout.text).toBe(
    '1000 child 3\n2000 fork 3\n3000 thread 5\n4000 killed SIGTERM\n6000 clocks true true\n',
  )
  expect(clock.uncontrolled).toEqual([])
})

test.each(OTHERS)('a program that Node %s lets do nothing says why it cannot join', async (major) => {
  const node = await nodeOf(major)
  const { harness, scratch } = await underClock()
  const flag = major === '22' ? '--experimental-permission' : '--permission'
  const start = harness.supervise(node, [flag, scratch.write('sup.cjs', 'setTimeout(() => {}, 1000)')], {
    clock: 'virtual',
  })
  const error = await errorOf(start)
  expect(error.code).toBe('ERR_CLOCK_NOT_JOINED')
  expect(error.message).toContain('ERR_ACCESS_DENIED')
})

const CONTEXTS = `
const { AsyncLocalStorage } = require('node:async_hooks')
const storage = new AsyncLocalStorage()
const say = (name) => console.log(name, storage.getStore())
storage.run('one', () => setTimeout(function () { say('timeout'); console.log(this === timer) }, 1000))
const timer = storage.run('two', () => setTimeout(function () { say('timeout'); console.log(this === timer) }, 2000))
storage.run('three', () => require('node:child_process').spawn('true').on('exit', () => say('child')))
`

test.each(OTHERS)('timers and children of a program on Node %s keep their context', async (major) => {
  const { harness, clock, scratch } = await underClock()
  const running = await harness.supervise(await nodeOf(major), [scratch.write('sup.cjs', CONTEXTS)], {
    clock: 'virtual',
  })
  await clock.runUntil(running.exited)
  expect(running.stdout.text).toBe('child three\ntimeout one\nfalse\ntimeout two\ntrue\n')
})

const ESCAPES = `
AbortSignal.timeout(300).addEventListener('abort', () => setTimeout(() => process.exit(4), 1000))
const server = require('node:net').createServer(() => {}).listen(0, () => {
  require('node:net').connect(server.address().port).setTimeout(200, () => {})
})
const waiting = (() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100))()
`

test.each(OTHERS)('what is real in a program on Node %s is named', async (major) => {
  takeWarnings()
  const { harness, clock, scratch } = await underClock()
  const running = await harness.supervise(await nodeOf(major), [scratch.write('sup.cjs', ESCAPES)], {
    clock: 'virtual',
  })
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(1000)
  expect(clock.uncontrolled.map(({ what, ms }) => `${what}: ${ms}`)).toEqual([
    'AbortSignal.timeout, in sup.cjs (1): 300',
    'Atomics.wait, in sup.cjs (1): 100',
    'socket.setTimeout, in sup.cjs (1): 200',
  ])
})

test.each(['24', '26'])('what a program of Node %s is replaced by goes by the clock', async (major) => {
  const { harness, clock, scratch } = await underClock()
  const file = scratch.write(
    'sup.cjs',
    `setTimeout(() => {
      console.log(Date.now() - ${DEFAULT_START}, process.argv[2])
      if (process.argv[2] === 'first') process.execve(process.execPath, [process.execPath, __filename, 'second'], {})
    }, 3_600_000)`,
  )
  const running = await harness.supervise(await nodeOf(major), ['--no-warnings', file, 'first'], {
    clock: 'virtual',
  })
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 0 })
  expect(running.stdout.text).toContain('3600000 first\n')
  expect(running.stdout.text).toContain('7200000 second\n')
})
