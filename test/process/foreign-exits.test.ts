import { expect, test } from 'vitest'

import type { Harness } from '../../src/harness/harness.ts'
import { fault } from '../../src/index.ts'
import type { AgentScript } from '../../src/protocol/frames.ts'
import type { SupervisorHandle } from '../../src/process/supervisor-handle.ts'
import { failure } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { KINDS } from '../support/foreign.ts'
import { brief, eventsOf, openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'

type Kind = keyof typeof KINDS

/** Starts a supervisor of this kind over the harness's agent; `closeGrace`: ms, short for those that ignore SIGTERM. */
function start(
  harness: Harness,
  kind: Kind,
  script: AgentScript = {},
  closeGrace = 500,
): Promise<SupervisorHandle> {
  const { file: agent } = harness.agentCommand.with({ script })
  const { file, args, env } = KINDS[kind]!(new Scratch(), agent)
  return harness.supervise(file, args, { env, closeGrace })
}

/** A program of Node that is a supervisor with this body, with `start()`, which starts an agent, at hand. */
function startNode(harness: Harness, body: string, args: string[] = []): Promise<SupervisorHandle> {
  const head = `const [, , file, ...words] = process.argv
    const start = () => spawn(file, { stdio: ['ignore', 'inherit', 'inherit'] })\n`
  return harness.supervise(new Scratch().node(head + body), [harness.agentCommand.file, ...args])
}

test.each(Object.keys(KINDS))('%s: each exit is told with its code, before the next spawn', async (kind) => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(3), { attempts: [1, 2] })
  const events = eventsOf(harness)
  await start(harness, kind)
  await harness.timeline.until('ready', { attempt: 3 })
  expect(brief(events)).toEqual([
    ...[1, 2].flatMap((n) => [
      `agent ${n} spawn`,
      `agent ${n} ready`,
      `agent ${n} fault exit`,
      `agent ${n} exit 3`,
    ]),
    'agent 3 spawn',
    'agent 3 ready',
  ])
  expect(harness.timeline.records().map(({ exitCode }) => exitCode)).toEqual([3, 3, null])
  expect(harness.timeline.delays().every((ms) => ms >= 0)).toBe(true)
})

test.each(Object.keys(KINDS))('%s: an agent killed by its fault is told as killed', async (kind) => {
  const harness = await openHarness()
  harness.faults.inject(fault.signal('SIGKILL'))
  harness.faults.inject(fault.signal('SIGSEGV'), { attempts: 2 })
  await start(harness, kind)
  await harness.timeline.until('ready', { attempt: 3 })
  expect(harness.timeline.records()).toMatchObject([
    { exitCode: null, signal: 'SIGKILL' },
    { exitCode: null, signal: 'SIGSEGV' },
    {},
  ])
})

test.each(Object.keys(KINDS))(
  '%s: an agent that hangs and is killed from outside has exited somehow',
  async (kind) => {
    const harness = await openHarness()
    const injection = harness.faults.inject(fault.hang())
    await start(harness, kind)
    await until('it hangs', () => injection.fired)
    const hung = (await harness.processes()).find(({ command }) => command.includes('main-'))
    process.kill(hung?.pid ?? 0, 'SIGKILL')
    await harness.timeline.until('ready', { attempt: 2 })
    expect(harness.timeline.records()[0]).toMatchObject({ exitCode: null, signal: null })
    expect(`${harness.timeline}`).toMatch(/agent#1 +exited\n/)
  },
)

test.each(['node', 'python'])(
  '%s: an agent that ignores SIGTERM outlasts the stop of its supervisor',
  async (kind) => {
    const harness = await openHarness()
    harness.faults.inject(fault.ignoreSignal('SIGTERM'))
    const supervisor = await start(harness, kind)
    await harness.timeline.until('fault')
    expect(await supervisor.close()).toMatchObject({ signal: 'SIGKILL' })
    expect(await harness.timeline.until('exit')).toMatchObject({ attempt: 1, exitCode: null, signal: null })
    expect(harness.timeline.attempts()).toBe(1)
  },
)

test('what an agent does by itself is told with its code', async () => {
  const harness = await openHarness()
  await start(harness, 'node', { lifetime: 5, exitCode: 7, onSignal: { SIGTERM: { exit: 9 } } })
  expect(await harness.timeline.until('exit')).toMatchObject({ attempt: 1, exitCode: 7, signal: null })
  expect(await harness.timeline.until('exit', { attempt: 2 })).toMatchObject({ exitCode: 7 })
})

test('the answer to a signal of the supervisor is told with its code', async () => {
  const harness = await openHarness()
  const supervisor = await start(harness, 'node', { onSignal: { SIGTERM: { exit: 9 } } }, 30_000)
  await harness.timeline.until('ready')
  await supervisor.close()
  expect(await harness.timeline.until('exit')).toMatchObject({ exitCode: 9 })
  expect(supervisor.stdout.text).toContain('agent ended 9')
})

test('one that is started before the other has ended makes a negative delay', async () => {
  const harness = await openHarness()
  await startNode(
    harness,
    `const first = start()
     process.stdin.on('data', (text) => (String(text) === 'kill' ? first.kill('SIGKILL') : start()))`,
  ).then(async (supervisor) => {
    await harness.timeline.until('ready', { attempt: 1 })
    supervisor.process.stdin?.write('start')
    await harness.timeline.until('ready', { attempt: 2 })
    supervisor.process.stdin?.write('kill')
    await harness.timeline.until('exit', { attempt: 1 })
  })
  expect(harness.timeline.events.map(({ kind }) => kind)).toEqual([
    'spawn',
    'ready',
    'spawn',
    'ready',
    'exit',
  ])
  expect(harness.timeline.delays()).toEqual([expect.any(Number)])
  expect(harness.timeline.delays()[0]).toBeLessThan(0)
})

test('an agent that only closes its connection has not exited', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.closeSocket())
  const supervisor = await startNode(
    harness,
    `const one = start(); process.stdin.on('data', () => one.kill('SIGKILL'))`,
  )
  await harness.timeline.until('fault')
  const agent = (await harness.processes()).find(({ pid }) => pid !== supervisor.pid)
  await until('its hanging up is known', async () => {
    const error = await failure(harness.faults.trigger(fault.exit()))
    return error['code'] === 'ERR_AGENT_CLOSED'
  })
  expect(alive(agent?.pid ?? 0)).toBe(true)
  expect(harness.timeline.events.map(({ kind }) => kind)).toEqual(['spawn', 'ready', 'fault'])
  supervisor.process.stdin?.write('now')
  expect(await harness.timeline.until('exit')).toMatchObject({ attempt: 1, exitCode: null, signal: null })
})

test('an exit is told though somebody has inherited the connection and keeps it open', async () => {
  const agent = new Scratch().write(
    'agent.py',
    `#!/usr/bin/env python3
import json, os, socket, sys
test = socket.socket(socket.AF_UNIX)
test.connect(os.environ['SUPERVISE_SOCKET'])
test.sendall((json.dumps(dict(t='hello', v=1, id='agent', pid=os.getpid(), can=[])) + '\\n').encode())
test.makefile().readline()
test.sendall(b'{"t":"ready"}\\n')
if os.fork() == 0:
    sys.stdin.read()
    os._exit(0)
os._exit(3)
`,
    0o755,
  )
  const harness = await openHarness({ agent: { run: [agent] } })
  await harness.supervise('sh', ['-c', 'while :; do "$AGENT"; done'], {
    env: { AGENT: harness.agentCommand.file },
  })
  await harness.timeline.until('ready', { attempt: 2 })
  expect(harness.timeline.events.slice(0, 4).map(({ kind }) => kind)).toEqual([
    'spawn',
    'ready',
    'exit',
    'spawn',
  ])
})

test('a fault that is triggered in an agent of another process is confirmed, and its exit told', async () => {
  const harness = await openHarness()
  await start(harness, 'shell')
  await harness.timeline.until('ready')
  await harness.faults.trigger(fault.exit(4))
  expect(await harness.timeline.until('exit')).toMatchObject({ exitCode: 4 })
  await harness.timeline.until('ready', { attempt: 2 })
  await harness.faults.trigger(fault.hang())
})

test('a loop in a shell that names the command is a supervisor, not an agent', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(3), { attempts: [1, 2] })
  const supervisor = await harness.supervise('sh', ['-c', `while :; do ${harness.agentCommand.shell}; done`])
  await harness.timeline.until('ready', { attempt: 3 })
  await supervisor.close()
  await harness.timeline.until('exit', { attempt: 3 })
  expect(harness.timeline.records().map(({ exitCode }) => exitCode)).toEqual([3, 3, null])
})

test('agents with ids of their own are told apart', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(5), { agent: 'b' })
  const [a, b] = ['a', 'b'].map((id) => harness.agentCommand.with({ id }).file)
  await harness.supervise('sh', ['-c', '(while :; do "$A"; done) & while :; do "$B"; done'], {
    env: { A: String(a), B: String(b) },
  })
  await harness.timeline.until('ready', { agent: 'b', attempt: 2 })
  await harness.timeline.until('ready', { agent: 'a' })
  expect(harness.timeline.records('a')).toMatchObject([{ attempt: 1, exitCode: null }])
  expect(harness.timeline.records('b')).toMatchObject([{ attempt: 1, exitCode: 5 }, { attempt: 2 }])
})

test('a start that is to be refused cannot be, and is reported so', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.notFound())
  await start(harness, 'node')
  await harness.timeline.until('ready')
  expect(await failure(harness.close())).toMatchObject({
    code: 'ERR_FAULT_UNSUPPORTED',
    message: expect.stringContaining('another process started it'),
  })
})
