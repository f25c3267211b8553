import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import type { Json } from '../../src/json.ts'
import type { FaultPoint } from '../../src/protocol/frames.ts'
import { buildProgram } from './build.ts'
import { startAgent } from './started-agent.ts'

const program = buildProgram('agent/main.ts')

function fault(name: string, options: Record<string, Json> = {}, at: FaultPoint = 'ready') {
  return { name, options, at }
}

test('says that exit fires, then exits with its code', async () => {
  const agent = await startAgent(program, { faults: [fault('exit', { code: 42 })] })
  await agent.frame('ready')
  expect(await agent.frame('fired')).toEqual({ t: 'fired', id: 1, proof: { code: 42 } })
  expect(await agent.exit).toEqual({ code: 42, signal: null })
})

test('says that a signal fires, then dies of it', async () => {
  const agent = await startAgent(program, { faults: [fault('signal', { signal: 'SIGSEGV' })] })
  expect((await agent.frame('fired')).proof).toEqual({ signal: 'SIGSEGV' })
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGSEGV' })
})

test('hangs: answers nothing, says that it is at rest, and dies of a signal', async () => {
  const script = { onSignal: { SIGTERM: 'ignore' } } as const
  const agent = await startAgent(program, { script, faults: [fault('hang')] })
  await agent.frame('fired')
  await agent.frame('parked')
  await agent.send({ t: 'message', body: 'anybody?' })
  agent.process.kill('SIGTERM')
  agent.process.kill('SIGQUIT')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGQUIT' })
  expect(agent.untaken.map((frame) => frame.t)).not.toContain('message')
})

test('freezes until it is continued', async () => {
  const agent = await startAgent(program)
  await agent.frame('ready')
  await agent.rest()
  await agent.send({ t: 'do', id: 5, name: 'freeze', options: {} })
  expect(await agent.frame('fired')).toEqual({ t: 'fired', id: 5, proof: { signal: 'SIGSTOP' } })
  await agent.frame('parked')
  if (process.platform === 'linux') {
    // Its last frame leaves before the signal does.
    while (stateOf(agent.pid) !== 'T') await new Promise((resolve) => setImmediate(resolve))
  }
  agent.process.kill('SIGTERM')
  await agent.send({ t: 'message', body: 'again' })
  agent.process.kill('SIGCONT')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGTERM' })
})

test.each(['start', 'ready'] as const)('ignores from %s on a signal that its script exits on', async (at) => {
  const script = { onSignal: { SIGTERM: { exit: 3 } } } as const
  const agent = await startAgent(program, {
    script,
    faults: [fault('ignoreSignal', { signal: 'SIGTERM' }, at)],
  })
  expect((await agent.frame('fired')).proof).toEqual({ signal: 'SIGTERM' })
  await agent.frame('ready')
  await agent.rest()
  agent.process.kill('SIGTERM')
  await agent.turn()
  agent.process.kill('SIGINT')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGINT' })
})

test('starts slower by so many ms of the test’s time', async () => {
  const agent = await startAgent(program, { faults: [fault('slowStart', { ms: 9000 }, 'start')] })
  expect((await agent.frame('fired')).proof).toEqual({ ms: 9000 })
  const { ms, n } = await agent.frame('sleep')
  expect(ms).toBe(9000)
  await agent.rest()
  expect(agent.untaken.map((frame) => frame.t)).not.toContain('ready')
  await agent.send({ t: 'go', n })
  await agent.frame('ready')
})

test('never becomes ready, and lives', async () => {
  const agent = await startAgent(program, { faults: [fault('neverReady', {}, 'start')] })
  await agent.frame('fired')
  await agent.send({ t: 'message', body: 'alive' })
  expect(await agent.message()).toBe('alive')
  await agent.rest()
  expect(agent.untaken.map((frame) => frame.t)).toEqual(['hello'])
})

test('closes its socket, and lives', async () => {
  const agent = await startAgent(program, { script: { stdin: 'echo' }, faults: [fault('closeSocket')] })
  const channel = await agent.channel
  const ended = new Promise<void>((resolve) => channel.once('end', resolve))
  await agent.frame('fired')
  await ended
  agent.stdin.write('alive\n')
  await agent.stdout.says('alive\n')
  agent.stdin.write('and well\n')
  await agent.stdout.says('and well\n')
  agent.process.kill('SIGTERM')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGTERM' })
})

test('closes its socket later, and goes on in real time', async () => {
  const script = { stdin: 'ignore', stdout: { every: { ms: 1, text: 'tick' } } } as const
  const agent = await startAgent(program, { script, faults: [fault('closeSocket', {}, { message: 1 })] })
  await agent.rest()
  await agent.send({ t: 'message', body: null })
  await agent.stdout.says('tick\ntick\n')
  agent.process.kill('SIGTERM')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGTERM' })
})

test('plays the faults of the start before anything of its script', async () => {
  const script = { stdout: { start: 'started' } }
  const agent = await startAgent(program, { script, faults: [fault('exit', {}, 'start')] })
  expect((await agent.frame('fired')).proof).toEqual({ code: 1 })
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  expect(agent.stdout.all).toBe('')
  expect(agent.untaken.map((frame) => frame.t)).toEqual(['hello'])
})

test('plays a fault at the nth message instead of its answer', async () => {
  const agent = await startAgent(program, { faults: [fault('exit', { code: 0 }, { message: 2 })] })
  await agent.send({ t: 'message', body: 'first' })
  await agent.send({ t: 'message', body: 'second' })
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  await agent.frame('fired')
  expect(agent.untaken.filter((frame) => frame.t === 'message')).toEqual([{ t: 'message', body: 'first' }])
})

test('dies of an uncaught exception instead of its answer', async () => {
  const agent = await startAgent(program, { faults: [fault('uncaughtException', {}, { message: 1 })] })
  await agent.send({ t: 'message', body: 'first' })
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.frame('fired')
  expect(agent.untaken.map((frame) => frame.t)).not.toContain('message')
})

test('plays what is ordered for one moment one after the other, also what takes a while', async () => {
  const faults = [fault('leaveChild'), fault('splitCharacter'), fault('exit', { code: 6 })]
  const agent = await startAgent(program, { faults })
  expect((await agent.frame('fired')).proof).toEqual({ kind: 'ordinary' })
  expect(await agent.grant()).toBe(10)
  expect((await agent.frame('fired')).proof).toEqual({ bytes: [1, 2], stream: 'stdout' })
  expect((await agent.frame('fired')).proof).toEqual({ code: 6 })
  expect(await agent.exit).toEqual({ code: 6, signal: null })
  await agent.stdout.says('日\n')
})

test('waits at its start for a fault that takes a while', async () => {
  const agent = await startAgent(program, { faults: [fault('splitCharacter', {}, 'start')] })
  await agent.grant()
  await agent.rest()
  expect(agent.untaken.map((frame) => frame.t)).toEqual(['hello', 'fired', 'ready'])
})

test('plays a fault so many ms of the test’s time after ready', async () => {
  const agent = await startAgent(program, {
    faults: [fault('signal', { signal: 'SIGKILL' }, { after: 7_200_000 })],
  })
  await agent.frame('ready')
  expect(await agent.grant()).toBe(7_200_000)
  await agent.frame('fired')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGKILL' })
})

test('plays a fault now when it is told to', async () => {
  const agent = await startAgent(program)
  await agent.frame('ready')
  await agent.send({ t: 'do', id: 77, name: 'exit', options: { code: 4 } })
  expect((await agent.frame('fired')).id).toBe(77)
  expect(await agent.exit).toEqual({ code: 4, signal: null })
})

test.each([
  ['of an unknown name', fault('melt'), 'fault "melt" is left out: this agent does not know it.'],
  [
    'with a signal that is none',
    fault('signal', { signal: 'SIGNIX' }),
    'fault "signal" did not fire: "SIGNIX" is no signal of this system.',
  ],
  [
    'with a code that is none',
    fault('exit', { code: 'x' }),
    'fault "exit" did not fire: its option "code" is "x", not a number from 0.',
  ],
  [
    'of the start after the start',
    fault('neverReady'),
    'fault "neverReady" did not fire: the agent is ready already.',
  ],
])('says of a fault %s that it failed, on standard error, too, and goes on', async (_what, order, line) => {
  const agent = await startAgent(program, { faults: [order] })
  await agent.frame('ready')
  const { id, reason } = await agent.frame('failed')
  expect([id, line]).toEqual([1, expect.stringContaining(reason)])
  await agent.stderr.says(line)
  await agent.rest()
  expect(agent.untaken.map((frame) => frame.t)).not.toContain('fired')
})

function stateOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .charAt(0)
}
