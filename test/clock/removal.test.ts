import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import nodeTimers from 'node:timers'
import timersPromises from 'node:timers/promises'

import { execa } from 'execa'
import { expect, test } from 'vitest'

import { realDelay, realTurn, TIMED_OUT, within } from '../../src/real-time.ts'
import { alive } from '../support/alive.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'
import { openClock } from '../support/virtual-clock.ts'

const WAYS: (() => unknown[])[] = [
  () => [setTimeout, clearTimeout, setInterval, clearInterval, Date, performance.now, process.hrtime],
  () => [
    nodeTimers.setTimeout,
    nodeTimers.setInterval,
    timersPromises.setTimeout,
    timersPromises.scheduler.wait,
  ],
]

test('everything is given back', async () => {
  const before = WAYS.flatMap((way) => way())
  const open = openClock()
  expect(WAYS.flatMap((way) => way()).every((value, i) => value !== before[i])).toBe(true)
  const child = spawn('cat')
  await open.clock.advance(1000)
  open.remove(() => true)
  expect(WAYS.flatMap((way) => way())).toEqual(before)
  expect([child, child.stdout].flatMap((object) => Object.keys(object))).not.toContain('push')
  expect(Object.keys(child)).not.toContain('emit')
  const exited = once(child, 'exit')
  child.stdin.end('late')
  expect((await once(child.stdout, 'data')).join()).toBe('late')
  expect(await exited).toEqual([0, null])
})

test('a removed clock watches no process any more and holds no file', async () => {
  const tasks = (): number =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).includes('/task')
      } catch {
        return false
      }
    }).length
  const before = tasks()
  const open = openClock()
  await open.clock.advance(1)
  open.remove()
  expect(tasks()).toBe(before)
  const child = spawn('sh', ['-c', 'exit 1'])
  expect(Object.keys(child)).not.toContain('spawn')
  expect(await once(child, 'exit')).toEqual([1, null])
})

test('of children that are kept all that was held is heard, of others nothing', async () => {
  const open = openClock()
  const children = ['kept', 'other'].map((name) => {
    const child = spawn('sh', ['-c', `echo ${name}; exit 1`])
    child.stdout.on('data', (chunk: Buffer) => open.log.push(chunk.toString().trim()))
    child.on('exit', () => open.log.push(`${name} exits`))
    child.on('close', () => open.log.push(`${name} closes`))
    return child
  })
  // One that is busy keeps both from being heard of.
  spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  await until('both have ended', () => children.every(({ pid }) => !alive(pid ?? 0)))
  await realDelay(50)
  expect(open.log).toEqual([])
  open.remove((child) => child === children[0])
  await until('all was heard', () => open.log.includes('kept closes'))
  expect(open.log).toEqual(['kept', 'kept exits', 'kept closes'])
})

test('of children that end later only those are heard that are kept', async () => {
  const scratch = new Scratch()
  const file = scratch.node(`
    process.on('message', () => process.send('answer', () => process.exit(3)))
    process.on('disconnect', () => process.exit(4))
    setInterval(() => {}, 1e6)`)
  const open = openClock()
  const [kept, other] = ['kept', 'other'].map((name) => {
    const child = fork(file, [], { silent: true })
    for (const event of ['message', 'disconnect', 'exit', 'close', 'error']) {
      child.on(event, () => open.log.push(`${name} ${event}`))
    }
    return child
  })
  await open.clock.settle()
  open.remove((child) => child === kept)
  kept?.send('question')
  if (other?.connected) other.send('question')
  await until('the kept one has ended', () => open.log.includes('kept close'))
  other?.kill('SIGKILL')
  await until('the other one has ended', () => !alive(other?.pid ?? 0))
  await realDelay(50)
  expect(open.log.toSorted()).toEqual(['kept close', 'kept disconnect', 'kept exit', 'kept message'])
})

test('who moves time when the clock is removed is told so, and who does it later', async () => {
  const open = openClock()
  const driven = open.clock.runUntil(new Promise(() => {}))
  driven.catch(() => {})
  spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  await realTurn()
  open.remove()
  open.remove()
  await expect(driven).rejects.toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
  for (const call of [
    () => open.clock.advance(1),
    () => open.clock.next(),
    () => open.clock.settle(),
    () => open.clock.runUntil(() => true),
    () => open.clock.jump(1, { as: 'sleep' }),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
  }
})

test('code that awaits the output of a forgotten child never goes on', async () => {
  const open = openClock()
  const child = spawn('cat')
  void (async () => {
    for await (const _ of child.stdout) open.log.push('data')
  })().then(
    () => open.log.push('iteration ends'),
    () => open.log.push('iteration fails'),
  )
  void execa('cat').catch(() => open.log.push('execa fails'))
  const into = child.stdout.pipe(new PassThrough()).on('end', () => open.log.push('pipe ends'))
  into.resume()
  await open.clock.settle()
  open.remove()
  child.kill('SIGKILL')
  await until('it has ended', () => child.signalCode !== null && child.stdout.destroyed)
  await realDelay(20)
  expect(open.log).toEqual([])
})

test('a timer that was set under the clock never goes off after it', async () => {
  const open = openClock()
  const timer = setTimeout(() => open.note('timeout'), 20)
  setInterval(() => open.note('interval'), 10)
  open.remove()
  await realDelay(60)
  clearTimeout(timer)
  expect(open.log).toEqual([])
})

test('a sleep that pends at the removal stays pending', async () => {
  const open = openClock({}, { patience: 100 })
  const slept = open.clock.sleep(10)
  slept.catch(() => {})
  open.remove()
  expect(await within(slept, 300)).toBe(TIMED_OUT)
})
