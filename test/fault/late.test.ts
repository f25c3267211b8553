import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, test } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import type { Where } from '../../src/fault/where.ts'
import { eventsOf, openHarness } from '../support/harness.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { handmadeAgent } from '../support/handmade-agent.ts'
import { Scratch } from '../support/scratch.ts'
import { turns } from '../support/until.ts'

const LATE = expect.objectContaining({ code: 'ERR_FAULT_TOO_LATE' })

test.each([
  ['at ready', fault.exit(1), {}],
  ['at its start', fault.exit(1), { at: 'start' }],
  ['that delays ready', fault.neverReady(), {}],
  ['of starting it', fault.notFound(), {}],
  ['at a message that it has had', fault.exit(1), { at: { message: 1 } }],
  ['by its name', fault.exit(1), { agent: 'web' }],
  ['in a range of attempts', fault.exit(1), { attempts: [1, 1] }],
] as [string, Fault, Where][])(
  'a fault %s is too late for an agent that is ready',
  async (_what, late, where) => {
    const harness = await openHarness()
    const web = await harness.spawnAgent({ id: 'web' })
    await web.send(1)
    expect(() => harness.faults.inject(late, where)).toThrow(LATE)
    await harness.close()
  },
)

test('what is too late is told with what to do instead', async () => {
  const harness = await openHarness()
  await harness.spawnAgent({ id: 'web' })
  expect(() => harness.faults.inject(fault.exit(3))).toThrow(
    expect.objectContaining({
      agent: 'web',
      message: expect.stringMatching(
        /agent "web" \(attempt 1\).*faults\.trigger\(fault\.exit\(3\), \{ agent: 'web' \}\)/,
      ),
    }),
  )
  await harness.close()
})

test.each([
  ['that makes the start fail', fault.notFound(), false],
  ['for which the start is made ready', fault.failSystemCall('fsync', 'EIO'), false],
  ['that delays ready', fault.neverReady(), true],
] as [string, Fault, boolean][])(
  'no call that would only throw is suggested for a fault %s',
  async (_what, late, hasLaterPoints) => {
    const harness = await openHarness()
    await harness.spawnAgent({ id: 'web' })
    let message = ''
    try {
      harness.faults.inject(late)
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('`attempts`')
    expect(message).not.toContain('trigger')
    expect(message.includes('`at` takes a later point')).toBe(hasLaterPoints)
    await harness.close()
  },
)

test('every point is past for an agent that has exited', async () => {
  const harness = await openHarness()
  const agent = await harness.spawnAgent({ id: 'web' })
  await agent.close()
  for (const at of [{ message: 9 }, { after: 1e9 }, { cue: 'x' }] as const) {
    expect(() => harness.faults.inject(fault.exit(1), { at })).toThrow(LATE)
  }
})

test.each([
  ['a later attempt', { attempts: 2 }],
  ['a range that goes on', { attempts: [1, 2] }],
  ['every attempt', { attempts: 'every' }],
  ['a function', { attempts: () => true }],
  ['an agent not started yet', { agent: 'other' }],
] as [string, Where][])('%s is never too late', async (_what, where) => {
  const harness = await openHarness()
  await harness.spawnAgent({ id: 'web' })
  expect(harness.faults.inject(fault.exit(1), { ...where, optional: true }).fired).toBe(false)
  await harness.close()
})

test('without a name it is in time as long as one agent is still before the point', async () => {
  const harness = await openHarness()
  const [one, two] = [await harness.spawnAgent(), await harness.spawnAgent()]
  await one.send(1)
  harness.faults.inject(fault.exit(8), { at: { message: 1 } })
  await two.send(1)
  expect((await two.exited).exitCode).toBe(8)
  await one.send(2)
  await turns()
  expect(one.result).toBeUndefined()
})

test('a live agent is struck at ready', async () => {
  const harness = await openHarness({ spawn: { script: { startDelay: 20 } } })
  const events = eventsOf(harness)
  const agent = await harness.spawner.spawn('a')
  harness.faults.inject(fault.exit(4))
  await agent.ready
  expect((await agent.exited).exitCode).toBe(4)
  expect(events.map(({ kind }) => kind)).toEqual(['spawn', 'ready', 'fault', 'exit'])
})

test('a live agent is struck at a message before it sees it', async () => {
  const harness = await openHarness()
  const agent = await harness.spawnAgent()
  await agent.send('one')
  harness.faults.inject(fault.exit(4), { at: { message: 3 } })
  await agent.send('two')
  await agent.send('three')
  await agent.exited
  const answers = []
  for await (const answer of agent.messages()) answers.push(answer)
  expect(answers).toEqual(['one', 'two'])
})

test('a live agent is struck so many ms after ready, counted from there', async () => {
  const harness = await openHarness()
  const clock = new ManualClock()
  harness.clock.use(clock)
  const agent = await harness.spawnAgent()
  clock.moveTo(10)
  harness.faults.inject(fault.exit(4), { at: { after: 30 } })
  expect(clock.awaits(30)).toBe(true)
  expect(() => harness.faults.inject(fault.exit(5), { at: { after: 10 } })).toThrow(LATE)
  clock.moveTo(30)
  expect((await agent.exited).exitCode).toBe(4)
  harness.clock.use(undefined)
})

test('the wait for a time after ready ends with the agent', async () => {
  const harness = await openHarness()
  const clock = new ManualClock()
  harness.clock.use(clock)
  const agent = await harness.spawnAgent()
  harness.faults.inject(fault.exit(4), { at: { after: 30 }, optional: true })
  agent.kill('SIGKILL')
  await agent.exited
  await turns()
  expect(clock.awaits(30)).toBe(false)
  harness.clock.use(undefined)
})

test('a live agent is struck at a cue before it is let go on, and at the next one if it was there', async () => {
  const program = handmadeAgent(`
    say(frame.t)
    if (frame.t === 'welcome') send({ t: 'ready' })
    if (frame.t === 'message') send({ t: 'cue', name: 'here', n: 1 })
    if (frame.t === 'do') { send({ t: 'fired', id: frame.id, proof: null }); socket.end(() => process.exit(6)) }
  `)
  const harness = await openHarness({ agent: { run: [program] } })
  const agent = await harness.spawnAgent()
  await agent.send(1)
  await agent.stdout.line('go')
  const injection = harness.faults.inject(fault.exit(6), { at: { cue: 'here' } })
  await agent.send(2)
  await agent.exited
  await harness.close()
  const heard = agent.stdout.text.trim().split('\n')
  expect(heard.slice(0, 5)).toEqual(['welcome', 'message', 'go', 'message', 'do'])
  expect(injection.fired).toBe(true)
})

test('a process of agentCommand that has not said hello is still before its start', async () => {
  const harness = await openHarness()
  const child = spawn(harness.agentCommand.file)
  harness.faults.inject(fault.exit(2), { at: 'start' })
  await once(child, 'exit')
  expect(child.exitCode).toBe(2)
  expect(() => harness.faults.inject(fault.exit(2), { at: 'start' })).toThrow(LATE)
})

test('a cancelled fault strikes no live agent', async () => {
  const harness = await openHarness()
  const agent = await harness.spawnAgent()
  const injection = harness.faults.inject(fault.exit(1), { at: { message: 1 } })
  injection.cancel()
  await agent.send('ping')
  expect((await agent.messages().next()).value).toBe('ping')
  await harness.close()
})

test('an agent that cannot play it is named at once, with what it can', async () => {
  const harness = await openHarness({ agent: { run: [speaker(['exit', 'hang'])] } })
  await harness.spawnAgent({ id: 'web' })
  expect(() => harness.faults.inject(fault.freeze(), { at: { message: 1 } })).toThrow(
    expect.objectContaining({
      code: 'ERR_FAULT_UNSUPPORTED',
      message: expect.stringContaining('agent "web" (attempt 1) can play only exit, hang'),
    }),
  )
  await harness.close()
})

test('a live program that has not said what it can do is waited for', async () => {
  const harness = await openHarness({ agent: { run: [speaker(['exit'])] } })
  const agent = await harness.spawner.spawn('web')
  harness.faults.inject(fault.freeze(), { at: { message: 1 } })
  await agent.ready
  expect(harness.faults.unfired()).toMatchObject({
    code: 'ERR_FAULT_UNSUPPORTED',
    message: expect.stringContaining('can play only exit'),
  })
})

/** Says hello and ready, and then nothing. */
function speaker(can: string[]): string {
  return new Scratch().node(`
    const socket = new (require('node:net').Socket)({ fd: 3 })
    const hello = { t: 'hello', v: 1, id: 'a', pid: process.pid, can: ${JSON.stringify(can)} }
    socket.write(JSON.stringify(hello) + '\\n{"t":"ready"}\\n')
    socket.resume()
  `)
}
