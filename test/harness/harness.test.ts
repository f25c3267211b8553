import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
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
import { exactMs } from '../../src/timeline/exact-ms.ts'
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
  expect(await failure(harness.spawnAgent({ idd: 'x' } as object))).toMatchObject({
    code: 'ERR_OPTION_UNKNOWN',
    message: expect.stringMatching(
      /^There is no spawnAgent option `idd`\. Did you mean `id`\? The options are `id`, `agent`, `args`, .*`readyWhen`\.$/,
    ) as string,
  })
  expect(await failure(harness.spawnAgent({ agent: 1 } as object))).toMatchObject({
    code: 'ERR_OPTION_INVALID',
    message: expect.stringContaining('The spawnAgent option `agent` is 1, but must be') as string,
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

/** Starts programs on the harness's account, as the code of its test. */
function startAs(harness: Harness): (...words: [string, ...string[]]) => ChildProcess {
  const ledger = new SpawnLedger()
  harness.answerFor(ledger)
  return (file, ...args) => ledger.run(() => spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] }))
}

/** Starts a child with an environment of its own, and so without a mark, when `when` calls it, and ends by itself. */
function host(when: string): string {
  return new Scratch().node(`
    const socket = require('node:net').connect(process.env.SUPERVISE_SOCKET).resume()
    const start = () => {
      const { pid } = spawn('sleep', ['86400'], { env: { PATH: process.env.PATH }, cwd: '/', stdio: 'ignore' })
      say(String(pid))
    }
    ${when}`)
}

test('the child of an agent that has said nothing, and ends with its test, is a leak that names where it comes from', async () => {
  const harness = await open({
    agent: { run: [host(`socket.on('connect', start).on('close', () => process.exit())`)] },
    agents: { slow: { run: ['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.1; done'] } },
    keepRuntimeDir: 'never',
  })
  // Takes until long after the other one has ended.
  await harness.spawnAgent({ agent: 'slow', readyWhen: { stdout: 'up' }, closeGrace: 1000 })
  const start = startAs(harness)
  await once(start('true'), 'exit')
  const agent = start(harness.agentCommand.file)
  const [line] = (await once(agent.stdout ?? agent, 'data')) as [Buffer]
  const pid = Number(line.toString())
  const error = await failure(harness.close())
  expect(agent.exitCode).toBe(0)
  expect(error).toMatchObject({ code: 'ERR_PROCESS_LEAK', processes: [{ pid }] })
  expect(error.message).toMatch(/sleep 86400\n {2}its parent has ended\n {2}spawned at .*harness\.test\.ts/)
  expect(alive(pid)).toBe(false)
})

test('what a process starts when its test has ended already is a leak, though it ends then', async () => {
  const file = host(`socket.on('close', () => (start(), setTimeout(() => process.exit(), 200)))
    socket.on('connect', () => say('up'))`)
  const harness = await open({ agent: { run: [file] }, keepRuntimeDir: 'never' })
  const agent = startAs(harness)(harness.agentCommand.file)
  let output = ''
  agent.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(agent.stdout ?? agent, 'data')
  expect(await failure(harness.close())).toMatchObject({ code: 'ERR_PROCESS_LEAK' })
  const pid = Number(output.split('\n')[1])
  expect(pid).toBeGreaterThan(0)
  expect(alive(pid)).toBe(false)
})

test('what ends together with a supervisor of the test, and leaves a child, is a leak', async () => {
  const harness = await open({ keepRuntimeDir: 'never' })
  const fifo = new Scratch().path('fifo')
  execFileSync('mkfifo', [fifo])
  const started = startAs(harness)('sh', '-c', `env -i sleep 86400 & echo $!; read -r line < ${fifo}`)
  const [line] = (await once(started.stdout ?? started, 'data')) as [Buffer]
  const supervisor = await harness.supervise('sh', ['-c', `exec 3>${fifo}; echo up; read -r line <&0`])
  await supervisor.stdout.line('up')
  expect(await failure(harness.close())).toMatchObject({ code: 'ERR_PROCESS_LEAK' })
  expect(started.exitCode).not.toBeNull()
  expect(alive(Number(line.toString()))).toBe(false)
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

test('in real time the time of every event is its real time, to the µs', async () => {
  const { timeline } = await open()
  for (let count = 0; count < 100; count++) timeline.note(`${count}`)
  const { events, realTimes } = timeline.recording()
  const apart = events.map(({ time }, at) => exactMs((realTimes[at] ?? NaN) - time))
  // Both are rounded to the µs, each by itself.
  expect(exactMs(Math.max(...apart) - Math.min(...apart))).toBeLessThanOrEqual(0.001)
})
