import { exec, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { unwatchFile, watchFile } from 'node:fs'
import http from 'node:http'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as capturedDelay } from 'node:timers/promises'

import { afterEach, expect, onTestFinished, test, vi } from 'vitest'

import { holding, systemClock } from '../../src/clock/clock.ts'
import { type UncontrolledTimer, UncontrolledTimers } from '../../src/clock/uncontrolled.ts'
import { realDelay, within } from '../../src/real-time.ts'
import { runtimes } from '../lab/in-test.ts'
import { Scratch } from '../support/scratch.ts'

const captured = { setTimeout, setInterval }
const CAPTURED = 'a timer function captured before the clock was installed'
const TRUE = [process.execPath, ['-e', '']] as const

afterEach(() => {
  vi.useRealTimers()
})

/** A watch that has begun, and ends with the test. */
function watching(onFound?: (timer: UncontrolledTimer) => void): UncontrolledTimers {
  const timers = new UncontrolledTimers(onFound)
  timers.start()
  onTestFinished(() => timers.stop())
  return timers
}

/** The number of the line that calls this. */
function line(): number {
  return Number(/uncontrolled\.test\.ts:(\d+)/.exec(new Error().stack?.split('\n')[2] ?? '')?.[1])
}

function expectOne({ found }: UncontrolledTimers, what: string, ms: number, at: number): void {
  expect(found).toEqual([{ what, ms, count: 1, stack: expect.any(String) }])
  expect(found[0]?.stack.split('\n')[0]).toContain(`uncontrolled.test.ts:${at}:`)
  expect(found[0]?.stack).not.toMatch(/node:|node_modules/)
}

test('AbortSignal.timeout is named', () => {
  const timers = watching()
  AbortSignal.timeout(54_321)
  expectOne(timers, 'AbortSignal.timeout', 54_321, line() - 1)
})

test('socket.setTimeout is named', () => {
  const timers = watching()
  const socket = new Socket()
  onTestFinished(() => void socket.destroy())
  socket.setTimeout(54_322)
  expectOne(timers, 'socket.setTimeout', 54_322, line() - 1)
})

test('the timeout of a spawn is named', async () => {
  const timers = watching()
  const child = spawn(...TRUE, { timeout: 54_323 })
  expectOne(timers, 'the option `timeout` of spawn', 54_323, line() - 1)
  await once(child, 'exit')
})

test('the timeout of an execFile is named', async () => {
  const timers = watching()
  const child = execFile(...TRUE, { timeout: 54_324 })
  expectOne(timers, 'the option `timeout` of execFile', 54_324, line() - 1)
  await once(child, 'exit')
})

test('the timeout of an exec is named', async () => {
  const timers = watching()
  const child = exec('exit 0', { timeout: 54_325 })
  expectOne(timers, 'the option `timeout` of exec', 54_325, line() - 1)
  await once(child, 'exit')
})

test.each(['setTimeout', 'setInterval'] as const)('a captured %s is named', (name) => {
  vi.useFakeTimers()
  const timers = watching()
  const timer = captured[name](() => {}, 54_326)
  expectOne(timers, CAPTURED, 54_326, line() - 1)
  vi.useRealTimers()
  clearTimeout(timer)
})

test('a captured delay of node:timers/promises is named', async () => {
  const timers = watching()
  await capturedDelay(1)
  expectOne(timers, CAPTURED, 1, line() - 1)
})

test('the timeout of an HTTP request is named, and nothing that Node times unasked', async () => {
  const server = http.createServer((_request, response) => response.end('x')).listen(0)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const timers = watching()
  const get = async (options: http.RequestOptions): Promise<void> => {
    const [response] = (await once(http.get({ port, ...options }), 'response')) as [http.IncomingMessage]
    await once(response.resume(), 'end')
  }
  await get({})
  expect(timers.found).toEqual([])
  await get({ timeout: 54_327, agent: new http.Agent() })
  expect(timers.found).toMatchObject([{ what: 'socket.setTimeout', ms: 54_327 }])
})

test('setTimeout of an HTTP request is named, which has no connection yet', async () => {
  const server = http.createServer((_request, response) => response.end('x')).listen(0)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const timers = watching()
  const request = http.get({ port, agent: new http.Agent() })
  request.setTimeout(54_328)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  await once(response.resume(), 'end')
  expect(timers.found).toEqual([{ what: 'setTimeout of an HTTP request', ms: 54_328, stack: '', count: 1 }])
})

test('setTimeout of an HTTP server is named, once its first connection has come', async () => {
  const server = http.createServer((_request, response) => response.end('x')).listen(0)
  onTestFinished(() => void server.close())
  server.setTimeout(54_329)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const timers = watching()
  const [response] = (await once(http.get({ port }), 'response')) as [http.IncomingMessage]
  await once(response.resume(), 'end')
  expect(timers.found).toEqual([{ what: 'setTimeout of an HTTP server', ms: 54_329, stack: '', count: 1 }])
})

test('fs.watchFile is named', () => {
  const timers = watching()
  onTestFinished(() => unwatchFile(import.meta.filename))
  watchFile(import.meta.filename, () => {})
  const at = line() - 1
  expect(timers.found).toMatchObject([{ what: 'fs.watchFile', ms: undefined, count: 1 }])
  expect(timers.found[0]?.stack).toContain(`uncontrolled.test.ts:${at}:`)
})

test('a faked timer is none', () => {
  vi.useFakeTimers()
  const timers = watching()
  setTimeout(() => {}, 1)
  expect(timers.found).toEqual([])
})

test("timers of Vitest's and of this package are left out", async () => {
  const timers = watching()
  await realDelay(1)
  await within(realDelay(1), 1000)
  let tries = 0
  await vi.waitFor(() => expect(++tries).toBe(2), { interval: 1 })
  await expect.poll(() => ++tries, { interval: 1 }).toBe(4)
  expect(timers.found).toEqual([])
  AbortSignal.timeout(1)
  expect(timers.found).toHaveLength(1)
})

test('the timeout of a connection is named', async () => {
  const server = createServer((socket) => void socket.end()).listen(0)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const timers = watching()
  const socket = connect({ port: (server.address() as AddressInfo).port, timeout: 54_328 })
  expectOne(timers, 'socket.setTimeout', 54_328, line() - 1)
  await once(socket.resume(), 'close')
})

test('what this package passes on is named by who has asked for it, and what it has captured is left out', async () => {
  const timers = watching()
  await holding(systemClock, async () => AbortSignal.timeout(54_329))
  await holding(systemClock, AbortSignal.timeout.bind(AbortSignal, 54_330) as never)
  const ofTest = timers.found.map(({ stack }) => stack.split('\n').map((at) => /\w+\.test\.ts/.exec(at)?.[0]))
  expect(timers.found.map(({ ms }) => ms)).toEqual([54_329, 54_330])
  expect(ofTest).toEqual([['uncontrolled.test.ts', 'uncontrolled.test.ts'], ['uncontrolled.test.ts']])
  clearTimeout(await holding(systemClock, captured.setTimeout.bind(undefined, () => {}, 54_331) as never))
  expect(timers.found).toHaveLength(2)
})

test('where stacks cannot be had nothing is named, and nothing breaks', () => {
  const timers = watching()
  const format = Error.prepareStackTrace
  Error.prepareStackTrace = () => {
    throw new Error('no stacks')
  }
  try {
    AbortSignal.timeout(54_332)
  } finally {
    if (format === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace
    else Error.prepareStackTrace = format
  }
  expect(timers.found).toEqual([])
})

test('the timers of one place are one, and are told of once', () => {
  const told: UncontrolledTimer[] = []
  const timers = watching((timer) => told.push(timer))
  for (let i = 0; i < 3; i++) AbortSignal.timeout(1000 + i)
  AbortSignal.timeout(2000)
  expect(timers.found).toMatchObject([
    { ms: 1000, count: 3 },
    { ms: 2000, count: 1 },
  ])
  expect(told).toMatchObject([
    { ms: 1000, count: 1 },
    { ms: 2000, count: 1 },
  ])
})

test('the stack is short, and the limit of stacks is what it was', () => {
  const limit = Error.stackTraceLimit
  onTestFinished(() => void (Error.stackTraceLimit = limit))
  Error.stackTraceLimit = 3
  const timers = watching()
  const dive = (depth: number): unknown => (depth === 0 ? AbortSignal.timeout(1) : dive(depth - 1))
  dive(30)
  expect(timers.found[0]?.stack.split('\n')).toHaveLength(8)
  expect(Error.stackTraceLimit).toBe(3)
})

test('nothing is seen before the start and after the stop', () => {
  const timers = new UncontrolledTimers()
  AbortSignal.timeout(1)
  timers.start()
  timers.stop()
  AbortSignal.timeout(1)
  expect(timers.found).toEqual([])
})

test.each(runtimes)('$name: every kind is told apart', ({ node }) => {
  const module = path.resolve(import.meta.dirname, '../../dist/src/clock/uncontrolled.js')
  const script = new Scratch().write(
    'script.mjs',
    `
import { exec, execFile, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { UncontrolledTimers } from ${JSON.stringify(module)}
const timers = new UncontrolledTimers()
timers.start()
AbortSignal.timeout(9)
new Socket().setTimeout(9).destroy()
spawn(process.execPath, ['-e', ''], { timeout: 9e4 })
execFile(process.execPath, ['-e', ''], { timeout: 9e4 })
promisify(exec)('exit 0', { timeout: 9e4 })
clearTimeout(setTimeout(() => {}, 9))
clearInterval(setInterval(() => {}, 9))
void delay(9)
void promisify(setTimeout)(9)
console.log(JSON.stringify(timers.found.map(({ what, stack }) => [/mjs:(\\d+)/.exec(stack)[1], what])))
`,
  )
  const env = { PATH: process.env['PATH'] }
  expect(JSON.parse(execFileSync(node, [script], { env, encoding: 'utf8' }))).toEqual([
    ['9', 'AbortSignal.timeout'],
    ['10', 'socket.setTimeout'],
    ['11', 'the option `timeout` of spawn'],
    ['12', 'the option `timeout` of execFile'],
    ['13', 'the option `timeout` of exec'],
    ...['14', '15', '16', '17'].map((at) => [at, CAPTURED]),
  ])
})
