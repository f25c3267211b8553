import { type ChildProcess, spawn } from 'node:child_process'

import { expect, test } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import type { Where } from '../../src/fault/where.ts'
import type { Harness } from '../../src/harness/harness.ts'
import { failure } from '../support/agents.ts'
import { stopped } from '../support/alive.ts'
import { endOf, eventsOf, openHarness } from '../support/harness.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { handmadeAgent } from '../support/handmade-agent.ts'
import { turns, until } from '../support/until.ts'

/** The ways by which an agent comes to be, each giving its process. */
const WAYS: Record<string, (harness: Harness, id: string) => Promise<ChildProcess>> = {
  spawner: async ({ spawner }, id) => (await spawner.spawn(id)).process,
  agentCommand: async ({ agentCommand }, id) => spawn(agentCommand.with({ id }).file),
}
const ways = Object.entries(WAYS)

test.each(ways)('exit and signal end an agent of %s as they say', async (_way, start) => {
  const harness = await openHarness()
  const exit = harness.faults.inject(fault.exit(42), { agent: 'one' })
  const signal = harness.faults.inject(fault.signal('SIGSEGV'), { agent: 'two', at: 'start' })
  expect(await endOf(await start(harness, 'one'))).toBe(42)
  expect(await endOf(await start(harness, 'two'))).toBe('SIGSEGV')
  expect([exit.fired, signal.fired]).toEqual([true, true])
})

test.each(ways)('hang, freeze and ignoreSignal leave an agent of %s alive', async (_way, start) => {
  const harness = await openHarness({ spawn: { closeGrace: 50 } })
  const events = eventsOf(harness)
  harness.faults.inject(fault.hang(), { agent: 'hang' })
  harness.faults.inject(fault.freeze(), { agent: 'freeze' })
  harness.faults.inject(fault.ignoreSignal(), { agent: 'ignore' })
  const ids = ['hang', 'freeze', 'ignore']
  const [, frozen, ignoring] = await Promise.all(ids.map((id) => start(harness, id)))
  await until('all have fired', () => events.filter(({ kind }) => kind === 'fault').length === 3)
  await until('one is stopped', () => stopped(frozen?.pid ?? 0))
  ignoring?.kill('SIGTERM')
  ignoring?.kill('SIGINT')
  expect(ignoring && (await endOf(ignoring))).toBe('SIGINT')
})

test('spawnAgent has an agent with the faults that strike at ready', async () => {
  const harness = await openHarness({ spawn: { closeGrace: 200 } })
  const ignoring = harness.faults.inject(fault.ignoreSignal(), { attempts: 'every' })
  for (let i = 0; i < 5; i++) {
    const agent = await harness.spawnAgent({ id: `a${i}` })
    expect(ignoring.fired).toBe(true)
    expect((await agent.close()).signal).toBe('SIGKILL')
  }
})

test('a fault whose order is on its way is waited for at the end', async () => {
  for (let i = 0; i < 5; i++) {
    const harness = await openHarness()
    harness.faults.inject(fault.exit())
    spawn(harness.agentCommand.file, { stdio: 'ignore' })
    await harness.timeline.until('ready')
    await harness.close()
    expect(harness.timeline.events.map(({ kind }) => kind)).toContain('fault')
  }
})

test.each(ways)('slowStart delays ready of an agent of %s, neverReady for ever', async (_way, start) => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const slow = harness.faults.inject(fault.slowStart(30), { agent: 'slow' })
  const never = harness.faults.inject(fault.neverReady(), { agent: 'never' })
  await start(harness, 'slow')
  await start(harness, 'never')
  await until('the slow one is ready', () => events.some(({ kind }) => kind === 'ready'))
  await until('the other one has fired', () => never.fired)
  expect(slow.fired).toBe(true)
  expect(events.flatMap(({ kind, agent }) => (kind === 'ready' ? agent : []))).toEqual(['slow'])
})

test.each(ways)('closeSocket leaves an agent of %s alive without its connection', async (_way, start) => {
  const harness = await openHarness()
  const closed = harness.faults.inject(fault.closeSocket())
  const child = await start(harness, 'a')
  await until('it has fired', () => closed.fired)
  await turns()
  expect([child.exitCode, child.signalCode]).toEqual([null, null])
  child.kill('SIGKILL')
  expect(await endOf(child)).toBe('SIGKILL')
})

test('a fault strikes instead of the answer to the nth message', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(7), { at: { message: 2 } })
  const agent = await harness.spawnAgent()
  await agent.send('one')
  await agent.send('two')
  expect((await agent.exited).exitCode).toBe(7)
  const answers = []
  for await (const answer of agent.messages()) answers.push(answer)
  expect(answers).toEqual(['one'])
})

test('a fault strikes so many ms after ready', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(7), { at: { after: 20 } })
  const agent = await harness.spawnAgent()
  expect((await agent.exited).exitCode).toBe(7)
})

test('a fault strikes at a cue, before the agent goes on', async () => {
  const harness = await openHarness({ agent: { run: [cueing()] } })
  const events = eventsOf(harness)
  harness.faults.inject(fault.exit(7), { at: { cue: 'here' } })
  const agent = await harness.spawnAgent()
  expect(await agent.stdout.line(/./)).toBe('told at {"cue":"here"}')
  await agent.exited
  expect(events.map(({ kind }) => kind)).toEqual(['spawn', 'ready', 'cue', 'fault', 'exit'])
})

test.each([
  ['a number', 2, [2]],
  ['a range', [2, 3], [2, 3]],
  ['a range without an end', [3, Infinity], [3, 4]],
  ['a function', (n: number) => n % 2 === 0, [2, 4]],
  ['every', 'every', [1, 2, 3, 4]],
  ['nothing', undefined, [1]],
] as [string, Where['attempts'], number[]][])(
  '%s chooses the attempts',
  async (_what, attempts, expected) => {
    const harness = await openHarness()
    const events = eventsOf(harness)
    const ends: (number | null)[] = []
    harness.faults.inject(fault.exit(9), attempts === undefined ? {} : { attempts })
    for (let n = 1; n <= 4; n++) {
      const agent = await harness.spawner.spawn('a')
      await agent.ready.catch(() => {})
      if (expected.includes(n)) await agent.exited
      ends.push((await agent.close()).exitCode)
    }
    expect(ends.flatMap((code, index) => (code === 9 ? index + 1 : []))).toEqual(expected)
    expect(events.flatMap(({ kind, attempt }) => (kind === 'fault' ? attempt : []))).toEqual(expected)
  },
)

test('an agent that is not named is left alone', async () => {
  const harness = await openHarness()
  const injection = harness.faults.inject(fault.exit(1), { agent: 'web' })
  const other = await harness.spawnAgent({ id: 'other' })
  await turns()
  expect([other.result, injection.fired]).toEqual([undefined, false])
  const web = await harness.spawnAgent({ id: 'web' })
  expect((await web.exited).exitCode).toBe(1)
})

test('several faults at one point play in the order of injection', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  harness.faults.inject(fault.ignoreSignal('SIGINT'))
  harness.faults.inject(fault.ignoreSignal('SIGTERM'))
  harness.faults.inject(fault.exit(5))
  const agent = await harness.spawnAgent()
  await agent.exited
  const proofs = events.flatMap((event) => (event.kind === 'fault' ? [event.proof] : []))
  expect(proofs).toEqual([{ signal: 'SIGINT' }, { signal: 'SIGTERM' }, { code: 5 }])
})

test.each([
  ['at ready', 'ready', fault.exit(1)],
  ['at a message', { message: 1 }, fault.exit(1)],
  ['after a time', { after: 1 }, fault.exit(1)],
] as [string, Where['at'], Fault][])(
  'a fault %s that is cancelled first never strikes',
  async (_what, at, what) => {
    const harness = await openHarness()
    const injection = harness.faults.inject(what, at === undefined ? {} : { at })
    injection.cancel()
    injection.cancel()
    const agent = await harness.spawnAgent()
    await agent.send('still there?')
    expect((await agent.messages().next()).value).toBe('still there?')
    expect(injection.fired).toBe(false)
    await harness.close()
  },
)

test('an agent that was told of a fault is told when that is cancelled', async () => {
  const harness = await openHarness()
  const clock = new ManualClock()
  harness.clock.use(clock)
  const message = harness.faults.inject(fault.exit(1), { at: { message: 1 } })
  const early = harness.faults.inject(fault.exit(2), { at: { after: 10 } })
  harness.faults.inject(fault.exit(3), { at: { after: 20 } })
  const agent = await harness.spawnAgent()
  await until('the agent waits', () => clock.awaits(10) && clock.awaits(20))
  message.cancel()
  early.cancel()
  clock.moveTo(10)
  await agent.send('ping')
  expect((await agent.messages().next()).value).toBe('ping')
  clock.moveTo(20)
  expect((await agent.exited).exitCode).toBe(3)
  harness.clock.use(undefined)
  await harness.close()
})

test('a fault of starting later fails the wait for ready as a slow agent does', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.neverReady())
  expect(await failure(harness.spawnAgent({ readyTimeout: 100 }))).toMatchObject({
    code: 'ERR_AGENT_READY_TIMEOUT',
  })
})

/** Says where its faults are to strike, and plays one at its cue, as protocol 1 has it. */
function cueing(): string {
  return handmadeAgent(`
    if (frame.t === 'go') process.exit(99)
    if (frame.t !== 'welcome') return
    const [order] = frame.faults
    say('told at ' + JSON.stringify(order.at))
    send({ t: 'ready' })
    send({ t: 'cue', name: 'here', n: 1 })
    send({ t: 'fired', id: order.id, proof: null })
    socket.end(() => process.exit(order.options.code))
  `)
}
