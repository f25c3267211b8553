import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, test } from 'vitest'

import { within } from '../../src/real-time.ts'
import { guard, listen, openClock } from '../support/virtual-clock.ts'

test('a program that does not exist is an error at once', async () => {
  const open = openClock()
  guard(open)
  const child = listen(open, spawn('/nowhere/at-all', []))
  await open.clock.runUntil(new Promise((resolve) => child.on('close', resolve)))
  expect(open.log[0]).toBe('0 child error spawn /nowhere/at-all ENOENT')
  expect(open.log.at(-1)).toBe('0 child close -2')
  await open.clock.advance(5000)
  expect(open.log.at(-1)).toBe('5000 guard')
})

test('that a program does not exist is heard although another one is at work', async () => {
  const open = openClock()
  spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  const child = listen(open, spawn('/nowhere/at-all', [], { stdio: 'ignore' }))
  await within(new Promise((resolve) => child.on('error', resolve)), 1000)
  expect(open.log).toContain('0 child error spawn /nowhere/at-all ENOENT')
})

test('a spawn that throws leaves nothing to wait for', async () => {
  const open = openClock()
  expect(() => spawn('sh', ['x'.repeat(10_000_000)])).toThrow('E2BIG')
  await open.clock.advance(1000)
  expect(open.clock.evidence).toBe('exact')
})

test('a program killed by the test exits before time moves', async () => {
  const open = openClock()
  guard(open)
  const child = listen(open, spawn('sleep', ['1000']))
  setTimeout(() => child.kill('SIGTERM'), 2000)
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual([
    '2000 child exit SIGTERM',
    '2000 child 1 ends',
    '2000 child 2 ends',
    '2000 child close SIGTERM',
  ])
})

test('a signal that aborts kills the program', async () => {
  const open = openClock()
  const abort = new AbortController()
  const child = listen(open, spawn('sleep', ['1000'], { stdio: 'ignore', signal: abort.signal }))
  setTimeout(() => abort.abort(), 2000)
  await open.clock.runUntil(once(child, 'close').catch(() => once(child, 'close')))
  expect(open.log).toEqual([
    '2000 child error The operation was aborted',
    '2000 child exit SIGTERM',
    '2000 child close SIGTERM',
  ])
})

test('a signal that has aborted already is an error, and the program is killed', async () => {
  const open = openClock()
  guard(open)
  const child = listen(open, spawn('sleep', ['1000'], { stdio: 'ignore', signal: AbortSignal.abort() }))
  await open.clock.runUntil(() => child.signalCode !== null)
  await open.clock.settle()
  expect(open.log).toEqual([
    '0 child error The operation was aborted',
    '0 child exit SIGTERM',
    '0 child close SIGTERM',
  ])
})
