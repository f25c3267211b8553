import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'

import { expect, test } from 'vitest'

import { buildProgram } from './build.ts'
import { markedProcesses } from './mark.ts'
import { startAgent } from './started-agent.ts'

const program = buildProgram('agent/main.ts')
const parent = buildProgram('test/agent/programs/parent.ts')

test.each(['descriptor', 'socket'] as const)('exits with 0 when its %s ends', async (transport) => {
  const agent = await startAgent(program, { transport, script: { pidFile: 'pid' } })
  await agent.frame('ready')
  const channel = await agent.channel
  channel.end()
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  expect(existsSync(join(agent.directory, 'pid'))).toBe(false)
})

test.each(['descriptor', 'socket'] as const)(
  'exits with 0 when its %s ends before the welcome',
  async (transport) => {
    const agent = await startAgent(program, { transport, unwelcome: true })
    const channel = await agent.channel
    await agent.frame('hello')
    channel.end()
    expect(await agent.exit).toEqual({ code: 0, signal: null })
  },
)

test('exits when its connection is reset', async () => {
  const agent = await startAgent(program)
  await agent.frame('ready')
  await agent.rest()
  const channel = await agent.channel
  channel.pause()
  // What nobody has read when a socket closes resets it.
  await agent.send({ t: 'message', body: 'x'.repeat(100) })
  channel.destroy()
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  expect(agent.stderr.all).toBe('')
})

test('exits when the test ends its side without having read all', async () => {
  const agent = await startAgent(program)
  await agent.frame('ready')
  const channel = await agent.channel
  channel.pause()
  for (let i = 0; i < 4; i++) await agent.send({ t: 'message', body: 'x'.repeat(500_000) })
  channel.end()
  expect(await agent.exit).toEqual({ code: 0, signal: null })
})

test.each([
  ['nothing', '{}'],
  ['an answer to SIGTERM', '{"onSignal":{"SIGTERM":{"drain":60000}}}'],
  ['heartbeats and lines', '{"heartbeat":1,"stdout":{"every":{"ms":1,"text":"tick"}}}'],
])('is gone within 2 s of the SIGKILL of its parent with %s scripted', async (_what, script) => {
  const outer = await startAgent(parent, { transport: 'none', args: [program, script] })
  await outer.stdout.says('ready')
  const before = performance.now()
  outer.process.kill('SIGKILL')
  await outer.stdout.ended
  expect(performance.now() - before).toBeLessThan(2000)
  expect(markedProcesses(outer.mark)).toEqual([])
  expect(outer.stderr.all).toBe('')
})

test('answers a signal that comes after the end of its connection', async () => {
  const script = { pidFile: 'pid', onSignal: { SIGTERM: { drain: 20, exit: 5 } } } as const
  const agent = await startAgent(program, { script })
  await agent.frame('ready')
  await agent.rest()
  const channel = await agent.channel
  channel.end()
  agent.process.kill('SIGTERM')
  expect(await agent.exit).toEqual({ code: 5, signal: null })
  expect(readdirSync(agent.directory)).toEqual([])
})

test('finishes in real time a drain that its connection does not survive', async () => {
  const script = { onSignal: { SIGTERM: { drain: 30, exit: 6 } } } as const
  const agent = await startAgent(program, { script })
  await agent.frame('ready')
  agent.process.kill('SIGTERM')
  await agent.frame('sleep')
  const channel = await agent.channel
  channel.end()
  expect(await agent.exit).toEqual({ code: 6, signal: null })
})

test('cuts a drain short that would outlast the end of its connection by 2 s', async () => {
  const script = { onSignal: { SIGTERM: { drain: 60_000, exit: 6 } } } as const
  const agent = await startAgent(program, { script })
  await agent.frame('ready')
  agent.process.kill('SIGTERM')
  await agent.frame('sleep')
  const channel = await agent.channel
  const before = performance.now()
  channel.end()
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  expect(performance.now() - before).toBeLessThan(2000)
})

test('leaves quietly when nobody reads its standard output', async () => {
  const agent = await startAgent(program, { script: { stdout: { every: { ms: 5, text: 'tick' } } } })
  const { n } = await agent.frame('sleep')
  const stdout = agent.process.stdio[1] as unknown as Duplex
  stdout.destroy()
  await agent.stdout.ended
  await agent.send({ t: 'go', n })
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toBe('')
})
