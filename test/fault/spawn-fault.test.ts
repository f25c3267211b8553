import { exec, fork, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { execa } from 'execa'
import { expect, test } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import { failure } from '../support/agents.ts'
import { until } from '../support/until.ts'
import { brief, endOf, errorOf, eventsOf, openHarness } from '../support/harness.ts'

const CASES: [string, Fault, string, string][] = [
  ['notFound', fault.notFound(), 'ENOENT', 'ERR_AGENT_NOT_FOUND'],
  ['notExecutable', fault.notExecutable(), 'EACCES', 'ERR_AGENT_NOT_EXECUTABLE'],
]

test.each(CASES)(
  '%s makes the start of a spawner fail, once, and leaves nothing',
  async (name, what, errno, code) => {
    const harness = await openHarness()
    const events = eventsOf(harness)
    const injection = harness.faults.inject(what)
    const error = await failure(harness.spawner.spawn('a'))
    expect(error).toMatchObject({ code, cause: { code: errno } })
    expect(injection.fired).toBe(true)
    expect(readdirSync(harness.runtimeDir)).toEqual([])
    const next = await harness.spawnAgent({ id: 'a' })
    expect(next.attempt).toBe(2)
    expect(brief(events)).toEqual([
      `a 1 fault ${name}`,
      `a 1 spawn-failed ${errno}`,
      'a 2 spawn',
      'a 2 ready',
    ])
    expect(events[0]).toMatchObject({ proof: { code: errno } })
    await harness.close()
  },
)

test.each(CASES)(
  '%s makes the start of agentCommand fail as a missing program does',
  async (_name, what, errno) => {
    const harness = await openHarness()
    const events = eventsOf(harness)
    const { file } = harness.agentCommand
    harness.faults.inject(what, { attempts: 2 })
    const good = spawn(file)
    const bad = spawn(file, ['x'])
    const alsoGood = spawn(file)
    expect(await errorOf(bad)).toMatchObject({
      code: errno,
      path: file,
      syscall: `spawn ${file}`,
      spawnargs: ['x'],
    })
    expect(existsSync(file)).toBe(true)
    await until('two are ready', () => events.filter(({ kind }) => kind === 'ready').length === 2)
    expect(brief(events.filter(({ kind }) => kind !== 'ready'))).toEqual([
      'agent 1 spawn',
      `agent 2 fault ${what.name}`,
      `agent 2 spawn-failed ${errno}`,
      'agent 3 spawn',
    ])
    for (const child of [good, alsoGood]) {
      child.kill('SIGKILL')
      await endOf(child)
    }
    expect(readdirSync(path.dirname(file)).filter((name) => name.includes(what.name))).toEqual([])
    await harness.close()
  },
)

test.each(CASES)('%s reaches execa', async (_name, what, errno) => {
  const harness = await openHarness()
  harness.faults.inject(what)
  const outcome = await execa(harness.agentCommand.file, { reject: false })
  expect(outcome).toMatchObject({ failed: true, code: errno })
  await harness.close()
})

test('of two faults of one start the first injected happens', async () => {
  const harness = await openHarness()
  const first = harness.faults.inject(fault.notExecutable())
  const second = harness.faults.inject(fault.notFound())
  expect(await failure(harness.spawner.spawn('a'))).toMatchObject({ code: 'ERR_AGENT_NOT_EXECUTABLE' })
  expect([first.fired, second.fired]).toEqual([true, false])
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED' })
  expect(error.message).toContain('another fault of starting came first')
})

test('a start that is cancelled to fail succeeds', async () => {
  const harness = await openHarness()
  const injection = harness.faults.inject(fault.notFound())
  injection.cancel()
  await harness.spawnAgent()
  await harness.close()
  expect(injection.fired).toBe(false)
})

test.each(['fork', 'shell'] as const)(
  'a %s cannot be made to fail so: it starts, and the end says why',
  async (way) => {
    const harness = await openHarness()
    harness.faults.inject(fault.notExecutable())
    const { module, shell } = harness.agentCommand
    const child = way === 'fork' ? fork(module ?? '', { silent: true }) : exec(shell)
    child.on('error', () => {})
    expect(child.pid).toBeDefined()
    const error = await failure(harness.close())
    expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
    expect(error.message).toContain('use `spawn(command.file)`')
    await endOf(child)
  },
)

test('a start that fails without a fault counts, too, and is no proof of one', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const missing = harness.spawnerOf('/no/such/agent')
  expect(await failure(missing.spawn('a'))).toMatchObject({ code: 'ERR_AGENT_NOT_FOUND' })
  expect((await harness.spawner.spawn('a')).attempt).toBe(2)
  expect(brief(events)).toEqual(['a 1 spawn-failed ENOENT', 'a 2 spawn'])
})
