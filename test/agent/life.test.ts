import { expect, test } from 'vitest'

import { buildProgram } from './build.ts'
import { startAgent } from './started-agent.ts'

const program = buildProgram('agent/main.ts')

test('answers every message with itself', async () => {
  const agent = await startAgent(program)
  const bodies = [1, 'zwei – 二', null, { three: [true] }]
  for (const body of bodies) await agent.send({ t: 'message', body })
  expect([
    await agent.message(),
    await agent.message(),
    await agent.message(),
    await agent.message(),
  ]).toEqual(bodies)
})

test('beats in the test’s time', async () => {
  const agent = await startAgent(program, { script: { heartbeat: 30_000 } })
  expect(await agent.grant()).toBe(30_000)
  expect(await agent.message()).toEqual({ heartbeat: 1 })
  expect(await agent.grant()).toBe(30_000)
  expect(await agent.message()).toEqual({ heartbeat: 2 })
})

test('does its several things of every so often independently of each other', async () => {
  const script = { heartbeat: 10, stdout: { every: { ms: 20, text: 'tick' } }, lifetime: 50, exitCode: 7 }
  const agent = await startAgent(program, { script })
  const waits = new Map<number, number>()
  for (let i = 0; i < 3; i++) {
    const { ms, n } = await agent.frame('sleep')
    waits.set(ms, n)
  }
  await agent.send({ t: 'go', n: waits.get(20) ?? 0 })
  await agent.stdout.says('tick\n')
  await agent.send({ t: 'go', n: waits.get(10) ?? 0 })
  expect(await agent.message()).toEqual({ heartbeat: 1 })
  await agent.send({ t: 'go', n: waits.get(50) ?? 0 })
  expect(await agent.exit).toEqual({ code: 7, signal: null })
})

test('gives back what comes on standard input', async () => {
  const agent = await startAgent(program, { script: { stdin: 'echo' } })
  await agent.frame('ready')
  agent.stdin.write('one\ntw')
  await agent.stdout.says('one\ntw')
  agent.stdin.end('o\n')
  await agent.stdout.says('one\ntwo\n')
  await agent.send({ t: 'message', body: 'alive' })
  expect(await agent.message()).toBe('alive')
})

test('exits with its code when standard input ends', async () => {
  const agent = await startAgent(program, { script: { stdin: 'exit-on-eof', exitCode: 3 } })
  await agent.frame('ready')
  agent.stdin.end()
  expect(await agent.exit).toEqual({ code: 3, signal: null })
})

test('does not mind standard input unless it is told to', async () => {
  const agent = await startAgent(program)
  await agent.frame('ready')
  agent.stdin.end('something')
  await agent.send({ t: 'message', body: 'alive' })
  expect(await agent.message()).toBe('alive')
})

test('dies of a signal that its script does not name', async () => {
  const agent = await startAgent(program, { script: { onSignal: { SIGHUP: 'ignore' } } })
  await agent.frame('ready')
  agent.process.kill('SIGTERM')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGTERM' })
})

test('survives a signal that its script ignores', async () => {
  const agent = await startAgent(program, { script: { onSignal: { SIGTERM: 'ignore' } } })
  await agent.frame('ready')
  await agent.rest()
  agent.process.kill('SIGTERM')
  await agent.frame('parked')
  agent.process.kill('SIGINT')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGINT' })
})

test('drains for as long as its script says, without heartbeats, and exits with the code it says', async () => {
  const script = { heartbeat: 5, onSignal: { SIGTERM: { drain: 250, exit: 9 } } } as const
  const agent = await startAgent(program, { script })
  const beat = await agent.frame('sleep')
  await agent.rest()
  agent.process.kill('SIGTERM')
  const { ms, n } = await agent.frame('sleep')
  expect(ms).toBe(250)
  agent.process.kill('SIGTERM')
  await agent.send({ t: 'go', n: beat.n })
  await agent.rest()
  expect(agent.untaken.filter((frame) => frame.t === 'message' || frame.t === 'sleep')).toEqual([])
  await agent.send({ t: 'go', n })
  expect(await agent.exit).toEqual({ code: 9, signal: null })
})

test('exits with 0 at once on a signal without a drain', async () => {
  const agent = await startAgent(program, { script: { onSignal: { SIGINT: {} } } })
  await agent.frame('ready')
  agent.process.kill('SIGINT')
  expect(await agent.exit).toEqual({ code: 0, signal: null })
})

test.each([
  ['delay', 10, []],
  ['slow start', 0, [{ name: 'slowStart', options: { ms: 10 }, at: 'start' as const }]],
])('does not become ready when a signal ends its %s', async (_what, startDelay, faults) => {
  const script = { startDelay, stdout: { ready: 'up' }, onSignal: { SIGTERM: { drain: 20 } } } as const
  const agent = await startAgent(program, { script, faults })
  const start = await agent.frame('sleep')
  agent.process.kill('SIGTERM')
  const drain = await agent.frame('sleep')
  await agent.send({ t: 'go', n: start.n })
  await agent.rest()
  await agent.send({ t: 'go', n: drain.n })
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  await agent.stdout.ended
  expect(agent.stdout.all).toBe('')
  expect(agent.untaken.map((frame) => frame.t)).not.toContain('ready')
})
