import { type ChildProcess, spawn } from 'node:child_process'

import { expect, test } from 'vitest'

import { buildAgentForTest } from '../../src/build/build-agent.ts'
import type { Point } from '../../src/fault/where.ts'
import { eventsOf, openHarness } from '../support/harness.ts'
import { turns, until } from '../support/until.ts'
import { DEEDS } from './deeds.ts'

const AGENTS = {
  scripted: () => buildAgentForTest(),
  connected: () => buildAgentForTest({ entry: 'test/agent/programs/connected.ts' }),
}
const deeds = Object.entries(DEEDS).filter(([, { on = [process.platform] }]) => on.includes(process.platform))

test.each(
  deeds.flatMap(([name, deed]) =>
    Object.keys(AGENTS).map((kind) => [name, kind as keyof typeof AGENTS, deed] as const),
  ),
)('%s happens in a %s agent, which proves it', async (_name, kind, deed) => {
  const harness = await openHarness({ spawn: { closeGrace: 50 } })
  const events = eventsOf(harness)
  const { fault, script = {}, proof, sees } = await deed.prepare(kind)
  const injection = harness.faults.inject(fault)
  const spawner = harness.spawnerOf(await AGENTS[kind]())
  const agent = await spawner.spawn('a', { script })
  const scene = { agent, harness, events }
  await until(`${fault.text} has fired`, () => {
    if (agent.result && !injection.fired) throw new Error(agent.stderr.text)
    return injection.fired
  })
  expect(events.flatMap((event) => (event.kind === 'fault' ? [[event.fault, event.proof]] : []))).toEqual([
    [fault.name, proof],
  ])
  await sees(scene)
  await harness.close()
})

const POINTS: readonly [string, Point][] = [
  ['start', 'start'],
  ['ready', 'ready'],
  ['message', { message: 2 }],
  ['after', { after: 1 }],
  ['cue', { cue: 'here' }],
  ['write', { write: 1 }],
]

test.each(deeds)('%s happens at every point that it can have, with the same proof', async (_name, deed) => {
  const harness = await openHarness({ spawn: { closeGrace: 50 } })
  const spawner = harness.spawnerOf(await AGENTS.connected())
  const { fault, proof } = await deed.prepare('connected')
  const points = POINTS.filter(([point]) => fault.at !== 'start' || point === 'start')
  const proofs: Record<string, unknown> = {}
  harness.observers.add((event) => {
    if (event.kind === 'fault') proofs[event.agent] = event.proof
  })
  for (const [point, at] of points) {
    harness.faults.inject(fault, { agent: point, at })
    const agent = await spawner.spawn(point)
    for (const body of ['first', 'second']) await agent.send(body).catch(() => {})
    await until(`it has happened at ${point}`, () => {
      if (agent.result && !(point in proofs))
        throw new Error(`nothing happened at ${point}: ${agent.stderr.text}`)
      return point in proofs
    })
  }
  expect(proofs).toEqual(Object.fromEntries(points.map(([point]) => [point, proof])))
  await harness.close()
})

const CONNECTION = new Set([
  'closeSocket',
  'halfCloseSocket',
  'garbageFrame',
  'truncatedFrame',
  'oversizedFrame',
  'duplicatedFrame',
  'staleFrame',
  'slowSocket',
  'deaf',
])

test.each(deeds.filter(([name]) => CONNECTION.has(name)))(
  '%s happens to an agent that came over a Unix socket, too',
  async (_name, deed) => {
    const harness = await openHarness({ agent: 'test/agent/programs/connected.ts' })
    const events = eventsOf(harness)
    const { fault, proof } = await deed.prepare('connected')
    const points = POINTS.filter(([point]) => point !== 'message')
    const children: ChildProcess[] = []
    for (const [point, at] of points) {
      const injection = harness.faults.inject(fault, { agent: point, at })
      const { file } = harness.agentCommand.with({ id: point })
      children.push(spawn(file, { cwd: harness.runtimeDir, stdio: 'ignore' }))
      await until(`it has happened at ${point}`, () => injection.fired)
    }
    await turns()
    expect(children.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual(points.map(() => null))
    expect(events.flatMap((event) => (event.kind === 'fault' ? [event.proof] : []))).toEqual(
      points.map(() => proof),
    )
    await harness.close()
  },
)
