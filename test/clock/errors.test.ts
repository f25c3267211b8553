import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, test } from 'vitest'

import { SuperviseError } from '../../src/errors.ts'
import { TIMED_OUT, within } from '../../src/real-time.ts'
import { Scratch } from '../support/scratch.ts'
import { openClock } from '../support/virtual-clock.ts'

const never = new Promise<never>(() => {})

async function errorOf(promise: Promise<unknown>): Promise<SuperviseError> {
  const outcome = await within(
    promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
    55_000,
  )
  if (outcome === TIMED_OUT) throw new Error('nothing came of it')
  expect(outcome).toBeInstanceOf(SuperviseError)
  return outcome as SuperviseError
}

test('what cannot happen any more is a deadlock, named with what rests', async () => {
  const { clock } = openClock()
  const child = spawn('sh', ['-c', 'read line'])
  await clock.advance(500)
  const error = await errorOf(clock.runUntil(never))
  expect(error.code).toBe('ERR_CLOCK_DEADLOCK')
  expect(error).toMatchObject({ now: 500 })
  expect(error.message).toContain('Virtual time is 500 ms.')
  expect(error.message).toContain('sh -c read line: at rest, until something wakes it')
  expect(error.message).toMatch(new RegExp(`${child.pid} sh: parked in read`))
  expect(error.message).toContain('Virtual timers:\n  none is set')
})

test('an error of the clock leads to the call of the test', async () => {
  const { clock } = openClock()
  const error = await errorOf(clock.runUntil(never))
  expect(error.stack).toMatch(/\n\s+at [^\n]*errors\.test\.ts:\d+/)
  expect(error.stack).not.toContain('driver.ts')
})

test('next() without a timer is a deadlock', async () => {
  const { clock } = openClock()
  expect((await errorOf(clock.next())).code).toBe('ERR_CLOCK_DEADLOCK')
})

test('an exit that comes late is no deadlock', async () => {
  const open = openClock()
  const child = spawn('sh', ['-c', 'read line; exit 3'])
  child.on('exit', (code) => open.note(`exit ${code}`))
  const exited = new Promise((resolve) => child.on('exit', resolve))
  // Unseen by any evidence: an answer after a real moment.
  const { realSetTimeout } = await import('../../src/real-time.ts')
  realSetTimeout(() => child.stdin.end('\n'), 30)
  expect(await open.clock.runUntil(exited)).toBe(3)
})

test('time that would move too far is a limit, which names the timers', async () => {
  const { clock } = openClock({ limit: 60_000 })
  const interval = setInterval(() => {}, 25_000)
  setTimeout(() => {}, 1e9)
  const error = await errorOf(clock.runUntil(never))
  clearInterval(interval)
  expect(error.code).toBe('ERR_CLOCK_LIMIT')
  expect(error).toMatchObject({ now: 50_000, limit: 60_000 })
  expect(error.message).toMatch(/ 75000 ms: an interval of 25000 ms, set at .*errors\.test\.ts:\d+:\d+/)
  expect(error.message).toMatch(/ 1000000000 ms: a timeout of 1000000000 ms, set at .*errors\.test\.ts:\d+/)
})

test('a limit counts from the call', async () => {
  const { clock } = openClock()
  await clock.advance(100_000)
  setTimeout(() => {}, 2000)
  await expect(clock.runUntil(never, { limit: 1000 })).rejects.toMatchObject({
    code: 'ERR_CLOCK_LIMIT',
    limit: 101_000,
    now: 100_000,
  })
})

test('a program with a timer of its own stalls the clock and is named', async () => {
  const scratch = new Scratch()
  const file = scratch.node('setInterval(() => {}, 900)', 'ticker.cjs')
  const { clock } = openClock({}, { patience: 3000 })
  spawn(process.execPath, [file], { stdio: 'ignore' })
  const error = await errorOf(clock.advance(1000))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error).toMatchObject({ now: 0, patience: 3000 })
  expect(error.message).toContain(`ticker.cjs: asleep for a moment of real time`)
  expect(error.message).toMatch(/napping in epoll_/)
})

test('a busy program stalls the clock and is named', async () => {
  const { clock } = openClock({}, { patience: 1000 })
  spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  const error = await errorOf(clock.settle())
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain('while :; do :; done: at work')
})

test('after a stall the clock goes on when it can', async () => {
  const { clock } = openClock({}, { patience: 300 })
  const child = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  const gone = new Promise((resolve) => child.on('exit', resolve))
  expect((await errorOf(clock.settle())).code).toBe('ERR_CLOCK_STALLED')
  child.kill('SIGKILL')
  await clock.runUntil(gone)
  await clock.advance(1000)
  expect(clock.now).toBe(1000)
})

test('an exit is heard at last although another program never comes to rest, if nobody moves time', async () => {
  const { clock } = openClock({}, { patience: 500 })
  spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  const child = spawn('sh', ['-c', 'exit 2'])
  const exited = new Promise((resolve) => child.on('exit', resolve))
  expect(await within(exited, 10_000)).toBe(2)
  expect(clock.now).toBe(0)
})

test('a sleep that nobody ends is named with the line that called it', async () => {
  const { clock } = openClock({}, { patience: 600 })
  const error = await errorOf(clock.sleep(2000))
  expect(error.code).toBe('ERR_CLOCK_NOT_DRIVEN')
  expect(error).toMatchObject({ ms: 2000, now: 0 })
  expect(error.message).toContain('A wait of 2000 ms does not end')
  expect(error.stack?.split('\n').find((line) => /^\s+at /.test(line))).toContain('errors.test.ts')
})

test('a sleep is not given up while time is moved, nor a wait ever', async () => {
  const open = openClock({}, { patience: 600 })
  void open.clock.wait(90_000).then(() => open.note('wait ends'))
  const slept = open.clock.sleep(3000)
  expect(await within(slept, 250)).toBe(TIMED_OUT)
  await open.clock.runUntil(slept)
  expect(open.clock.now).toBe(3000)
  expect(await within(open.clock.wait(1000), 1000)).toBe(TIMED_OUT)
  await open.clock.advance(90_000)
  expect(open.log).toEqual(['90000 wait ends'])
})

test('a sleep is not given up while time is moved in small steps', async () => {
  const { clock } = openClock({}, { patience: 1000 })
  const slept = clock.sleep(1_000_000)
  slept.catch(() => {})
  for (let step = 0; step < 30; step++) {
    await clock.advance(1)
    expect(await within(slept, 25)).toBe(TIMED_OUT)
  }
})

test('a program that is started again at once and for ever ends the run', async () => {
  const open = openClock()
  let runs = 0
  const start = (): void => {
    runs += 1
    spawn('sh', ['-c', 'exit 1'], { stdio: 'ignore' }).on('exit', () => {
      if (!stopped) start()
    })
  }
  let stopped = false
  start()
  const error = await errorOf(open.clock.advance(1000)).finally(() => (stopped = true))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toMatch(/\d{3,4} starts followed each other without any time in between/)
  // A thousand, or on a busy machine as many as there were in the time that everything may take to come to rest.
  expect(runs).toBeGreaterThan(100)
})

test('a timer that sets itself for ever at one instant is not ours to find: time moves', async () => {
  const open = openClock()
  let calls = 0
  const again = (): void => {
    calls += 1
    if (calls < 1000) setTimeout(again, 0)
  }
  again()
  await open.clock.runUntil(() => calls === 1000)
  expect(open.clock.now).toBe(999)
})

test('a child that wakes up after a second or more is waited for when nothing else can happen', async () => {
  const { clock } = openClock()
  const child = spawn('sh', ['-c', 'sleep 1.2; exit 3'], { stdio: 'ignore' })
  const [code] = await clock.runUntil(once(child, 'exit'))
  expect(code).toBe(3)
  expect(clock.now).toBe(0)
})
