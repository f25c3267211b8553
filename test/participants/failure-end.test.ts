import { existsSync } from 'node:fs'

import { expect, test } from 'vitest'

import { stopped } from '../support/alive.ts'
import { until } from '../support/until.ts'
import { errorOf, impatient, underClock } from './under-clock.ts'

test('a program that exits in a timer is no end of the clock', async () => {
  const { start, clock } = await underClock()
  const first = await start('setTimeout(() => process.exit(4), 1000)', { name: 'first.cjs' })
  const second = await start('setTimeout(() => process.exit(5), 1000)', { name: 'second.cjs' })
  expect(await clock.runUntil(second.exited)).toMatchObject({ exitCode: 5 })
  expect(first.result).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(1000)
})

test('a program that exits when it hears of the exit of its child is no end of the clock', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    const { spawn } = require('node:child_process')
    setTimeout(() => {}, 100_000)
    setTimeout(() => spawn('sh', ['-c', 'exit 3']).on('exit', (code) => process.exit(code + 1)), 1000)`)
  const other = await start('setTimeout(() => process.exit(5), 2000)', { name: 'other.cjs' })
  expect(await clock.runUntil(other.exited)).toMatchObject({ exitCode: 5 })
  expect(running.result).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(2000)
})

test('a program that is killed while it has an order is no end of the clock', async () => {
  const { start, clock, scratch } = await underClock()
  const up = scratch.path('up')
  const running = await start(`setTimeout(() => {
    require('node:fs').writeFileSync(${JSON.stringify(up)}, '')
    while (true);
  }, 1000)`)
  const told = clock.runUntil(running.exited)
  await until('its timer is called', () => existsSync(up))
  running.kill('SIGKILL')
  expect(await told).toMatchObject({ signal: 'SIGKILL' })
  expect(clock.now).toBe(1000)
})

test('a program that is stopped while its timer is due is named as stopped, and goes on when it is continued', async () => {
  const { start, clock } = await impatient()
  const running = await start(`
    console.log('up')
    setTimeout(() => process.exit(4), 1000)`)
  process.kill(running.pid, 'SIGSTOP')
  await until('it is stopped', () => stopped(running.pid))
  const error = await errorOf(clock.runUntil(running.exited))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toMatch(/sup\.cjs \(1\): .*\n +\d+ node: parked \(stopped by a signal\)/)
  process.kill(running.pid, 'SIGCONT')
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(1000)
})

test('a program that is stopped holds up the time of others, too', async () => {
  const { start, clock } = await impatient()
  const running = await start('process.stdin.resume()')
  process.kill(running.pid, 'SIGSTOP')
  await until('it is stopped', () => stopped(running.pid))
  const error = await errorOf(clock.advance(1000))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toMatch(/sup\.cjs \(1\): .*\n +\d+ node: parked \(stopped by a signal\)/)
  process.kill(running.pid, 'SIGCONT')
  await clock.advance(1000)
})

/** A program that each second ends every socket it has not been given, its connection to the clock, so many times. */
const ending = (times: number, last = ''): string => `
  const isOther = ({ constructor: { name }, _handle }) => name === 'Socket' && _handle?.fd > 2
  let ended = 0
  const interval = setInterval(() => {
    for (const handle of process._getActiveHandles().filter(isOther)) {
      handle.destroy()
      if (++ended < ${times}) continue
      clearInterval(interval)
      ${last}
    }
  }, 1000)`

test('a program that ends its connection comes back, and goes on by the clock', async () => {
  const { start, clock } = await underClock()
  const running = await start(`${ending(5)}
    setTimeout(() => {
      console.log(ended)
      process.exit(4)
    }, 3_600_000)`)
  await clock.advance(2000)
  expect(clock.timers).toMatchObject([
    { at: 3000, process: 'sup.cjs (1)' },
    { at: 3_600_000, process: 'sup.cjs (1)' },
  ])
  await clock.advance(2000)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(running.stdout.text).toBe('5\n')
  expect(clock.now).toBe(3_600_000)
})

test('a program that ends its connection for the tenth time is left in real time', async () => {
  const { start, clock } = await underClock()
  const running = await start(ending(10, 'setTimeout(() => process.exit(4), 50)'))
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(10_000)
})
