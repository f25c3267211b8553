import { expect, test } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import { asOrdinaryUser } from '../support/ordinary-user.ts'
import { brief, eventsOf, openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'
import { Script } from '../support/script.ts'
import { until } from '../support/until.ts'

const LASTING: [Fault, object][] = [
  [fault.noFileDescriptors(), { code: 'EMFILE', left: 0 }],
  [fault.noFileDescriptors(3), { code: 'EMFILE', left: 3 }],
  [fault.memoryCeiling(64 * 2 ** 20), { error: 'Array buffer allocation failed', bytes: 64 * 2 ** 20 }],
  [fault.fileTooLarge(), { code: 'EFBIG', bytes: 0 }],
  [fault.fileTooLarge(5000), { code: 'EFBIG', bytes: 5000 }],
  [fault.cpuStarvation(2), { busy: 2 }],
]

test.each(LASTING.map(([what, proof]) => [what.text, what, proof] as const))(
  '%s is in force, and the agent lives with it',
  async (_text, what, proof) => {
    const harness = await openHarness()
    const events = eventsOf(harness)
    const agent = await harness.spawnAgent({ id: 'a' })
    await harness.faults.trigger(what)
    await agent.send('ping')
    expect((await agent.messages().next()).value).toBe('ping')
    expect(events.find(({ kind }) => kind === 'fault')).toMatchObject({ fault: what.name, proof })
    expect(brief(events)).toEqual(['a 1 spawn', 'a 1 ready', `a 1 fault ${what.name}`])
    await harness.close()
  },
)

test.each([
  ['outOfMemory', fault.outOfMemory(), 'SIGABRT', 'JavaScript heap out of memory'],
  ['cpuQuota', fault.cpuQuota(), 'SIGXCPU', ''],
] as const)('%s ends the agent, by the signal of the system', async (name, what, signal, words) => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const agent = await harness.spawnAgent({ id: 'a' })
  await harness.faults.trigger(what)
  expect(await agent.exited).toMatchObject({ signal })
  expect(brief(events).slice(2)).toEqual([`a 1 fault ${name}`, `a 1 exit ${signal}`])
  await agent.close()
  expect(agent.stderr.text).toContain(words)
  await harness.close()
})

test('busy processes compete with the agent, are none of its children, and end with it', async () => {
  const harness = await openHarness()
  const agent = await harness.spawnAgent({ id: 'a' })
  const others = async (): Promise<number> =>
    (await harness.processes()).filter(({ pid, ppid }) => pid !== agent.pid && ppid !== agent.pid).length
  await harness.faults.trigger(fault.cpuStarvation(3))
  expect(await others()).toBe(3)
  expect((await harness.processes()).filter(({ ppid }) => ppid === agent.pid)).toEqual([])
  agent.kill('SIGKILL')
  await agent.exited
  await until('they are gone', async () => (await others()) === 0)
  await harness.close()
})

test('a virtual clock moves while processors are kept busy', async () => {
  const harness = await openHarness()
  const agent = await harness.spawnAgent({ id: 'a', script: { heartbeat: 1000 } })
  await harness.faults.trigger(fault.cpuStarvation(2))
  const clock = harness.installClock()
  await clock.advance(3000)
  const beats = agent.messages()
  expect([(await beats.next()).value, (await beats.next()).value]).toEqual([
    { heartbeat: 1 },
    { heartbeat: 2 },
  ])
  await harness.close()
})

test('an agent of an ordinary user starts no further process', async () => {
  const scratch = new Scratch()
  const script = new Script(
    scratch,
    `
    const { createHarness, fault } = await load('index.js')
    const harness = await createHarness()
    await harness.spawnAgent({ id: 'a' })
    await harness.faults.trigger(fault.noProcesses())
    say(harness.timeline.events.at(-1))
    await harness.close()
    say('closed')
    `,
    { HOME: scratch.root },
    'script.mjs',
    asOrdinaryUser(scratch),
  )
  expect(await script.said()).toMatchObject({
    kind: 'fault',
    fault: 'noProcesses',
    proof: { code: 'EAGAIN' },
  })
  expect(await script.said(1)).toBe('closed')
})
