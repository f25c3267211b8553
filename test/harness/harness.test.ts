import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'

import { expect, onTestFinished, test, vi } from 'vitest'

import { createHarness } from '../../src/harness/create-harness.ts'
import { Harness } from '../../src/harness/harness.ts'
import type { SuperviseOptions } from '../../src/options.ts'
import { processTable } from '../../src/process/table/index.ts'
import { Run } from '../../src/reap/run.ts'
import { SpawnLedger } from '../../src/reap/spawn-ledger.ts'
import { resolveOptions } from '../../src/resolve-options.ts'
import { failure } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { Scratch } from '../support/scratch.ts'

async function open(options: SuperviseOptions = {}): Promise<Harness> {
  const harness = await createHarness(options)
  onTestFinished(() => harness.close().catch(() => {}))
  return harness
}

/** Starts a sleep on the harness's account, as the code of its test. */
async function leak(harness: Harness): Promise<number> {
  const ledger = new SpawnLedger()
  harness.answerFor(ledger)
  const child = ledger.run(() => spawn('sleep', ['86400'], { stdio: 'ignore', detached: true }))
  await once(child, 'spawn')
  return Number(child.pid)
}

test('the runtime directory is fresh, private and short', async () => {
  const [one, two] = [await open(), await open()]
  expect(one.runtimeDir).not.toBe(two.runtimeDir)
  expect(statSync(one.runtimeDir).mode & 0o777).toBe(0o700)
  expect(path.join(one.runtimeDir, 'agent.sock').length).toBeLessThan(100)
})

test('close stops all agents and removes the directory, once', async () => {
  const harness = await open()
  const handles = await Promise.all([
    harness.spawnAgent(),
    harness.spawnAgent(),
    harness.spawnAgent({ id: 'web' }),
  ])
  expect(handles.map(({ id }) => id)).toEqual(['agent-1', 'agent-2', 'web'])
  await Promise.all([harness.close(), harness.close()])
  expect(handles.map(({ pid }) => alive(pid))).toEqual([false, false, false])
  expect(existsSync(harness.runtimeDir)).toBe(false)
})

test('processes lists every descendant with its command', async () => {
  const harness = await open()
  const agent = await harness.spawnAgent({ script: { children: ['ordinary', 'setsid'] } })
  const all = await harness.processes()
  expect(all.map(({ pid }) => pid)).toContain(agent.pid)
  expect(all.filter(({ command }) => command === 'sleep 86400')).toHaveLength(2)
  await agent.close()
  expect(await harness.processes()).toEqual([])
})

test('an agent that does not become ready is stopped before the failure is told', async () => {
  const pidFile = new Scratch().path('pid')
  const harness = await open({ agent: { run: ['/bin/sh', '-c', `echo $$ >${pidFile}; exec sleep 86400`] } })
  expect(await failure(harness.spawnAgent({ readyTimeout: 100 }))).toMatchObject({
    code: 'ERR_AGENT_READY_TIMEOUT',
  })
  expect(await harness.processes()).toEqual([])
})

test('a named agent is started, an unknown one refused with those there are', async () => {
  const harness = await open({
    agents: { web: { run: [new Scratch().shell('echo web; exec sleep 86400')] } },
  })
  const agent = await harness.spawnAgent({ agent: 'web', readyWhen: { stdout: 'web' } })
  expect(agent.stdout.text).toBe('web\n')
  for (const name of ['db', 'toString']) {
    const error = await failure(harness.spawnAgent({ agent: name }))
    expect(error).toMatchObject({ code: 'ERR_AGENT_UNKNOWN', agent: name })
    expect(error.message).toContain('has "web"')
  }
})

test('options of a spawn that cannot be meant are refused', async () => {
  const harness = await open()
  expect(await failure(harness.spawnAgent({ readyTimout: 1 } as object))).toMatchObject({
    code: 'ERR_OPTION_UNKNOWN',
  })
})

test('the defaults of the options reach each spawn, and its own argument wins', async () => {
  const harness = await open({
    agent: { run: [new Scratch().shell('echo "$A $B"; exec sleep 86400')] },
    spawn: { env: { A: '1', B: '1' }, readyWhen: 'spawn' },
  })
  const agent = await harness.spawnAgent({ env: { B: '2' } })
  expect(await agent.stdout.line(/./)).toBe('1 2')
})

test('a process that is left is a leak: named with its command, pid and place, and killed', async () => {
  const harness = await open({ keepRuntimeDir: 'never' })
  const pid = await leak(harness)
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_PROCESS_LEAK' })
  expect(error.message).toContain(`pid ${pid}: sleep 86400`)
  expect(error.message).toContain('harness.test.ts')
  expect(error.message).toContain(`leaks: 'warn'`)
  expect(alive(pid)).toBe(false)
})

test('a supervisor that was not stopped is a leak, found by its environment', async () => {
  const harness = await open({ keepRuntimeDir: 'never' })
  const { env } = harness.agentCommand
  const child = spawn('sleep', ['86400'], { env, stdio: 'ignore', detached: true })
  await once(child, 'spawn')
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_PROCESS_LEAK' })
  expect(error.message).toContain(`pid ${child.pid}`)
  expect(alive(child.pid ?? 0)).toBe(false)
})

test('with leaks "warn" the leak is printed and killed, and close succeeds', async () => {
  const harness = await open({ leaks: 'warn' })
  const pid = await leak(harness)
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    await harness.close()
    expect(warn.mock.calls.flat().join()).toContain(`pid ${pid}`)
  } finally {
    warn.mockRestore()
  }
  expect(alive(pid)).toBe(false)
})

test('steps of the user are undone before the agents are stopped', async () => {
  const harness = await open()
  const agent = await harness.spawnAgent()
  let seen: boolean | undefined
  harness.scope.defer('mine', () => {
    seen = alive(agent.pid)
  })
  await harness.close()
  expect(seen).toBe(true)
})

test('what the agents printed is under their names', async () => {
  const harness = await open()
  expect(harness.output).toBe('')
  await harness.spawnAgent({ id: 'web', script: { stdout: { ready: 'listening' } } })
  expect(harness.output).toBe('stdout of agent "web":\n    listening')
})

/** A harness whose agents have all exited, each with code 1. */
async function afterExits(run: Run, count: number, program: string): Promise<Harness> {
  const agentPath = new Scratch().shell(program)
  const harness = await Harness.open({ run, options: resolveOptions({}), agentPath, agentPaths: {} })
  for (let i = 0; i < count; i++) {
    const agent = await harness.spawner.spawn('a', { readyWhen: 'spawn' })
    await agent.exited
  }
  return harness
}

test('one look at all processes proves of many agents that have exited that nothing is left', async () => {
  await using run = await Run.start(new Scratch().root)
  const harness = await afterExits(run, 40, 'exit 1')
  const look = vi.spyOn(processTable, 'younger')
  onTestFinished(() => look.mockRestore())
  await harness.close()
  expect(look).toHaveBeenCalledOnce()
})

test('what each of them has left is found all the same', async () => {
  await using run = await Run.start(new Scratch().root)
  const harness = await afterExits(run, 5, 'setsid sleep 86400 & sleep 86400 & exit 1')
  const left = (await harness.processes()).map(({ pid }) => pid)
  expect(left).toHaveLength(10)
  await harness.close()
  expect(left.filter(alive)).toEqual([])
})

test('a limit shortens the default of readyTimeout in real time alone', async () => {
  await using run = await Run.start(new Scratch().root)
  const agentPath = new Scratch().shell('exec sleep 86400')
  const options = resolveOptions({})
  await using harness = await Harness.open({ run, options, agentPath, agentPaths: {} })
  harness.limits = { ...harness.limits, ready: 50 }
  expect(await failure(harness.spawnAgent())).toMatchObject({ readyTimeout: 50 })
  const clock = new ManualClock()
  harness.clock.use(clock)
  await harness.spawner.spawn('a')
  expect(clock.awaits(5000)).toBe(true)
  await harness.spawner.spawn('b', { readyTimeout: 70 })
  expect(clock.awaits(70)).toBe(true)
  harness.clock.use(undefined)
})
