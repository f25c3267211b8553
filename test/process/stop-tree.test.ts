import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '../../src/clock/clock.ts'
import type { SpawnOptions } from '../../src/options.ts'
import type { AgentHandle } from '../../src/process/agent-handle.ts'
import { signalGroup } from '../../src/process/signals.ts'
import { killAll, stopTree } from '../../src/process/stop-tree.ts'
import { processTable } from '../../src/process/table/index.ts'
import { realNow } from '../../src/real-time.ts'
import { pidOf, start, startScripted } from '../support/agents.ts'
import { alive, stopped } from '../support/alive.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'

/** How soon something must be over that would otherwise take the grace of a minute. */
const NOW = 10_000
const MINUTE = 60_000

async function startProgram(source: string, options: SpawnOptions = {}): Promise<AgentHandle> {
  const handle = await start(source, { readyWhen: { stdout: 'up' }, closeGrace: MINUTE, ...options })
  await handle.ready
  return handle
}

async function timed(work: Promise<unknown>): Promise<number> {
  const start = realNow()
  await work
  return realNow() - start
}

test('an agent that does nothing about SIGTERM ends by it, without waiting for the grace', async () => {
  const handle = await startProgram(new Scratch().shell('echo up; exec sleep 86400'))
  expect(await timed(handle.close())).toBeLessThan(NOW)
  expect(handle.result).toEqual({ pid: handle.pid, exitCode: null, signal: 'SIGTERM' })
})

test('an agent that ignores SIGTERM is killed after closeGrace, not before', async () => {
  const handle = await startProgram(new Scratch().shell(`trap '' TERM; echo up; exec sleep 86400`), {
    closeGrace: 200,
  })
  const took = await timed(handle.close())
  expect(handle.result?.signal).toBe('SIGKILL')
  expect(took).toBeGreaterThanOrEqual(199)
  expect(alive(handle.pid)).toBe(false)
})

test('an agent that ends within the grace is not killed', async () => {
  const handle = await startProgram(
    new Scratch().shell(`trap 'sleep 0.1; exit 6' TERM; echo up; while :; do sleep 0.01; done`),
  )
  expect((await handle.close()).exitCode).toBe(6)
})

test('an agent that ends only because its socket does is not killed', async () => {
  const handle = await startProgram(
    new Scratch().node(`
      process.on('SIGTERM', () => {})
      new (require('node:net').Socket)({ fd: 3 }).on('end', () => process.exit(9)).resume()
      say('up')
    `),
  )
  expect((await handle.close()).exitCode).toBe(9)
})

test('close ends a grandchild in the group of the agent', async () => {
  const handle = await startProgram(
    new Scratch().shell(`sleep 86400 & echo "child $!"; echo up; exec sleep 86400`),
  )
  const child = await pidOf(handle, 'child')
  await handle.close()
  expect(alive(child)).toBe(false)
})

test('close kills a grandchild in the group that ignores SIGTERM', async () => {
  const handle = await startProgram(
    new Scratch().shell(`(trap '' TERM; exec sleep 86400) & echo "child $!"; echo up; exec sleep 86400`),
  )
  const child = await pidOf(handle, 'child')
  expect(await timed(handle.close())).toBeLessThan(NOW)
  expect(alive(child)).toBe(false)
})

test('close kills a grandchild that called setsid', async () => {
  const handle = await startProgram(
    new Scratch().node(`
      const child = spawn('/bin/sh', ['-c', "trap '' TERM HUP; echo up; exec sleep 86400"], {
        detached: true, stdio: ['ignore', 'pipe', 'ignore'],
      })
      child.stdout.once('data', () => { say('child ' + child.pid); say('up') })
    `),
  )
  const child = await pidOf(handle, 'child')
  expect(processTable.get(child)?.pgid).toBe(child)
  await handle.close()
  expect([handle.pid, child].map(alive)).toEqual([false, false])
})

test('close kills a daemon that forked twice and is a child of init', async () => {
  const handle = await startProgram(
    new Scratch().node(`
      const daemon = "trap '' TERM HUP; exec sleep 86400"
      const middle = spawn('/bin/sh', ['-c', '/bin/sh -c "' + daemon + '" & echo child $!'], {
        detached: true, stdio: ['ignore', 1, 'ignore'],
      })
      middle.on('exit', () => say('up'))
    `),
  )
  const child = await pidOf(handle, 'child')
  await until('it has been given another parent', () => processTable.get(child)?.ppid !== handle.pid)
  await handle.close()
  expect(alive(child)).toBe(false)
})

test('close kills a grandchild that scrubbed its environment and called setsid', async () => {
  const handle = await startProgram(
    new Scratch().node(`
      const child = spawn('/usr/bin/env', ['-i', '/bin/sh', '-c', "trap '' TERM HUP; echo up; exec /bin/sleep 86400"], {
        detached: true, stdio: ['ignore', 'pipe', 'ignore'],
      })
      child.stdout.once('data', () => { say('child ' + child.pid); say('up') })
    `),
  )
  const child = await pidOf(handle, 'child')
  await until('its environment is the scrubbed one', () => processTable.get(child)?.mark === undefined)
  await handle.close()
  expect(alive(child)).toBe(false)
})

test('close kills a tree of every kind of child at once', async () => {
  const handle = await startScripted({ script: { children: ['ordinary', 'ignore-sigterm', 'setsid'] } })
  const children = processTable.younger().filter((info) => info.ppid === handle.pid)
  expect(children).toHaveLength(3)
  await handle.close()
  expect(children.filter((info) => alive(info.pid))).toEqual([])
})

test('a stopped agent gets no grace', async () => {
  const handle = await startProgram(new Scratch().shell(`trap '' TERM; echo up; exec sleep 86400`))
  handle.kill('SIGSTOP')
  await until('it is stopped', () => stopped(handle.pid))
  expect(await timed(handle.close())).toBeLessThan(NOW)
  expect(handle.result?.signal).toBe('SIGKILL')
})

test('close kills what an agent left that has exited by itself', async () => {
  const handle = await start(
    new Scratch().node(`
      const child = spawn('/bin/sh', ['-c', "trap '' TERM HUP; echo up; exec sleep 86400"], {
        detached: true, stdio: ['ignore', 'pipe', 'ignore'],
      })
      child.stdout.once('data', () => { say('child ' + child.pid); process.exit(0) })
    `),
  )
  await handle.exited
  const child = await pidOf(handle, 'child')
  expect(alive(child)).toBe(true)
  expect(await handle.close()).toEqual({ pid: handle.pid, exitCode: 0, signal: null })
  expect(alive(child)).toBe(false)
})

test('close kills a tree that goes on forking while it is killed', async () => {
  const scratch = new Scratch()
  const forker = scratch.node(
    `
      process.on('SIGTERM', () => {})
      let left = 200
      const fork = () => left-- > 0 && spawn('sleep', ['86400'], { detached: true, stdio: 'ignore' }).once('spawn', fork)
      fork()
    `,
    'forker.cjs',
  )
  const handle = await startProgram(
    scratch.node(`
      process.on('SIGTERM', () => {})
      spawn(${JSON.stringify(forker)}, { detached: true, stdio: 'ignore' }).once('spawn', () => say('up'))
    `),
    { closeGrace: 20 },
  )
  const mark = processTable.get(handle.pid)?.mark
  expect(mark).toBeTypeOf('string')
  await handle.close()
  expect(processTable.younger().filter((info) => info.mark === mark)).toEqual([])
})

test('closing one agent leaves the other, of the same id, alone', async () => {
  const one = await startScripted({ script: { children: ['setsid'] } })
  const two = await startScripted({ script: { children: ['setsid'] } })
  const child = processTable.younger().find((info) => info.ppid === two.pid)
  await one.close()
  expect([two.pid, child?.pid ?? 0].map(alive)).toEqual([true, true])
})

test('a later process that got the pid of an agent is not killed in its place, nor its group', async () => {
  const innocent = spawn('/bin/sh', ['-c', 'sleep 86400 & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void signalGroup(Number(innocent.pid), 'SIGKILL'))
  const [chunk] = (await once(innocent.stdout, 'data')) as [Buffer]
  const member = Number(chunk.toString())
  const tree = {
    what: 'an agent that has exited',
    pid: Number(innocent.pid),
    mark: 'no-such-mark',
    exited: Promise.resolve(),
    hasExited: () => true,
  }
  await stopTree(tree, { grace: 10, clock: systemClock })
  expect([innocent.pid ?? 0, member].map(alive)).toEqual([true, true])
  process.kill(-Number(innocent.pid), 'SIGKILL')
  await once(innocent, 'exit')
})

test('killAll gives back what it found alive, and does nothing when there is nothing', async () => {
  const child = spawn('sleep', ['86400'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const killed = await killAll('a test', (info) => info.pid === child.pid)
  expect(killed.map((info) => info.pid)).toEqual([child.pid])
  expect(alive(child.pid ?? 0)).toBe(false)
  expect(await killAll('a test', () => false)).toEqual([])
})

test('killAll names what cannot be killed', async () => {
  const immortal = {
    pid: 2 ** 22 + 7,
    ppid: 1,
    pgid: 1,
    startTime: '1',
    stopped: false,
    command: 'immortal',
    mark: 'm',
  }
  await expect(killAll('agent "x"', () => true, { list: () => [immortal] })).rejects.toMatchObject({
    code: 'ERR_AGENT_UNKILLABLE',
    message: expect.stringMatching(/agent "x".*pid 4194311 \(immortal\)/),
  })
})
