import { realpathSync } from 'node:fs'

import { expect, test } from 'vitest'

import { buildProgram } from './build.ts'
import { startAgent } from './started-agent.ts'

const worker = buildProgram('test/agent/programs/worker.ts')
const transports = ['descriptor', 'socket'] as const

test.each(transports)('knows over a %s who it is', async (transport) => {
  const agent = await startAgent(worker, { transport, args: ['facts'] })
  await agent.stdout.ended
  const facts = { supervised: true, id: 'web', attempt: 1, runtimeDir: agent.directory, started: true }
  expect(agent.stdout.all).toBe(`${JSON.stringify(facts)}\nsame true\n`)
})

test('knows that it is outside a test', async () => {
  const env = { SUPERVISE_AGENT: '', SUPERVISE_RUNTIME_DIR: '' }
  const agent = await startAgent(worker, { transport: 'none', args: ['facts'], env })
  await agent.stdout.ended
  const runtimeDir = realpathSync(process.env['TMPDIR'] ?? '/tmp')
  expect(JSON.parse(agent.stdout.all.split('\n')[0] ?? '')).toMatchObject({
    supervised: false,
    id: 'agent',
    attempt: 1,
  })
  expect(agent.stdout.all).toContain(runtimeDir)
})

test('does everything in real time, and sends nothing, outside a test', async () => {
  const agent = await startAgent(worker, { transport: 'none', args: ['everything'] })
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  await agent.stdout.ended
  expect(agent.stdout.all + agent.stderr.all).toBe('done 3\n')
})

test.each(transports)('does everything in the test’s time over a %s', async (transport) => {
  const agent = await startAgent(worker, { transport, args: ['everything'] })
  await agent.frame('ready')
  const { name, n } = await agent.frame('cue')
  expect(name).toBe('here')
  expect(agent.untaken.map((frame) => frame.t)).not.toContain('message')
  await agent.send({ t: 'go', n })
  expect(await agent.message()).toEqual({ dropped: true })
  for (let i = 0; i < 4; i++) expect(await agent.grant()).toBe(1)
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  await agent.stdout.says('done 3\n')
})

test.each(transports)('lives over a %s as long as it listens', async (transport) => {
  const agent = await startAgent(worker, { transport, args: ['listen'] })
  await agent.frame('ready')
  await agent.send({ t: 'message', body: 'one' })
  expect(await agent.message()).toEqual({ got: 'one' })
  await agent.send({ t: 'message', body: 'enough' })
  expect(await agent.message()).toEqual({ got: 'enough' })
  expect(await agent.exit).toEqual({ code: 0, signal: null })
})

test('says ready once', async () => {
  const agent = await startAgent(worker, { args: ['ready'] })
  await agent.stdout.says('said ready')
  await agent.frame('ready')
  expect(agent.untaken.map((frame) => frame.t)).toEqual(['hello'])
})

test.each(transports)(
  'hears the messages that came before it listened, and none after it stopped',
  async (transport) => {
    const agent = await startAgent(worker, { transport, args: ['messages'] })
    const { n } = await agent.frame('cue')
    await agent.send({ t: 'message', body: 'early' })
    await agent.send({ t: 'go', n })
    await agent.send({ t: 'message', body: 'enough' })
    expect([await agent.message(), await agent.message()]).toEqual([{ got: 'early' }, { got: 'enough' }])
    await agent.send({ t: 'message', body: 'more' })
    await agent.send({ t: 'do', id: 1, name: 'exit', options: {} })
    await agent.exit
    expect(agent.untaken.filter((frame) => frame.t === 'message')).toEqual([])
  },
)

test('does not keep the process alive, but for a wait', async () => {
  const agent = await startAgent(worker, { args: ['sleep'] })
  expect(await agent.grant()).toBe(3_600_000)
  await agent.stdout.says('slept')
  expect(await agent.exit).toEqual({ code: 0, signal: null })
})

test.each(['descriptor', 'none'] as const)('gives up a wait that is aborted (%s)', async (transport) => {
  const agent = await startAgent(worker, { transport, args: ['abort'] })
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  await agent.stdout.ended
  expect(agent.stdout.all).toBe('too late\nno more\n')
})

test.each(transports)(
  'refuses a message beyond 1 MiB, and has sent one below it when it says so over a %s',
  async (transport) => {
    const agent = await startAgent(worker, { transport, args: ['huge'] })
    expect(await agent.message()).toHaveLength(1024 * 1024 - 100)
    await agent.stdout.says('RangeError\n')
  },
)

test('exits with 0 at once when the test is gone and it does not listen for SIGTERM', async () => {
  const agent = await startAgent(worker, { args: ['ready'] })
  await agent.frame('ready')
  const channel = await agent.channel
  channel.end()
  expect(await agent.exit).toEqual({ code: 0, signal: null })
})

test('gets a SIGTERM when the test is gone and it listens for that', async () => {
  const agent = await startAgent(worker, { args: ['handler', 'exits'] })
  await agent.stdout.says('up')
  const channel = await agent.channel
  channel.end()
  expect(await agent.exit).toEqual({ code: 12, signal: null })
  expect(agent.stdout.all).toBe('up\nbye\n')
})

test('exits within 2 s when its answer to that SIGTERM does not', async () => {
  const agent = await startAgent(worker, { args: ['handler', 'stays'] })
  await agent.stdout.says('up')
  const before = performance.now()
  const channel = await agent.channel
  channel.end()
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  expect(performance.now() - before).toBeLessThan(2000)
})

test('plays a fault at a cue', async () => {
  const faults = [{ name: 'exit', options: { code: 21 }, at: { cue: 'here' } }]
  const agent = await startAgent(worker, { args: ['everything'], faults })
  await agent.frame('cue')
  await agent.frame('fired')
  expect(await agent.exit).toEqual({ code: 21, signal: null })
})

test('ignores a signal for which it starts to listen only later', async () => {
  const faults = [{ name: 'ignoreSignal', options: { signal: 'SIGTERM' }, at: 'start' as const }]
  const agent = await startAgent(worker, { args: ['handler', 'exits'], faults })
  await agent.stdout.says('up')
  agent.process.kill('SIGTERM')
  await agent.turn()
  agent.process.kill('SIGINT')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGINT' })
  expect(agent.stdout.all).toBe('up\n')
})

test('waits for ready for as long as the faults of the start say, and stays alive for that', async () => {
  const at = 'start' as const
  const slow = await startAgent(worker, {
    args: ['ready'],
    faults: [{ name: 'slowStart', options: { ms: 5 }, at }],
  })
  expect(await slow.grant()).toBe(5)
  await slow.frame('ready')
  const never = await startAgent(worker, {
    args: ['ready'],
    faults: [{ name: 'neverReady', options: {}, at }],
  })
  await never.frame('fired')
  await never.send({ t: 'do', id: 2, name: 'exit', options: { code: 17 } })
  expect(await never.exit).toEqual({ code: 17, signal: null })
  expect(never.untaken.map((frame) => frame.t)).not.toContain('ready')
})

test('asks nobody for the end of a sleep that has none', async () => {
  const agent = await startAgent(worker, { args: ['forever'] })
  expect(await agent.grant()).toBe(5)
  await agent.stdout.says('the shorter one')
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  expect(agent.untaken.filter(({ t }) => t === 'sleep')).toEqual([])
})
