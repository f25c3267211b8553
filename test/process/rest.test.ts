import { spawn } from 'node:child_process'

import { expect, onTestFinished, test } from 'vitest'

import { OPEN_ROUTER, type Speaker } from '../../src/clock/route.ts'
import { fault } from '../../src/fault/fault.ts'
import type { Harness } from '../../src/harness/harness.ts'
import { brief, eventsOf, openHarness } from '../support/harness.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../support/until.ts'

/** Holds what comes until it is let go. */
class HoldingClock extends ManualClock {
  readonly speakers: Speaker[] = []
  readonly held: (() => void)[] = []
  override readonly route = (speaker: Speaker) => {
    this.speakers.push(speaker)
    return { deliver: (event: () => void) => void this.held.push(event), close() {} }
  }

  release(): void {
    for (const event of this.held.splice(0)) event()
  }
}

function holding(harness: Harness): HoldingClock {
  const clock = new HoldingClock()
  harness.clock.use(clock)
  onTestFinished(() => {
    harness.clock.use(undefined)
    clock.release()
  })
  return clock
}

test('what an agent says waits on its route, hello and parked excepted', async () => {
  const harness = await openHarness({ spawn: { script: { heartbeat: 50 } } })
  const clock = holding(harness)
  const events = eventsOf(harness)
  const agent = await harness.spawner.spawn('web')
  const [speaker] = clock.speakers
  await until('it is at rest', () => speaker?.parked === true)
  expect([speaker?.name, speaker?.pid]).toEqual(['agent "web"', agent.pid])
  expect(brief(events)).toEqual(['web 1 spawn'])
  // It is known what it can do, though.
  expect(() => harness.faults.inject(fault.exit(1), { at: { message: 1 }, optional: true })).not.toThrow()
  clock.release()
  await agent.ready
  expect(clock.awaits(50)).toBe(true)
  agent.kill('SIGKILL')
  await agent.exited
  await until('the end has come', () => clock.held.length > 0)
})

test('the agents of agentCommand go by their routes, too, under their names', async () => {
  const harness = await openHarness()
  const clock = holding(harness)
  const child = spawn(harness.agentCommand.with({ id: 'web' }).file)
  await until('it is at rest', () => clock.speakers[0]?.parked === true)
  expect(clock.speakers.map(({ name, pid }) => ({ name, pid }))).toEqual([
    { name: 'agent "web"', pid: child.pid },
  ])
  child.kill('SIGKILL')
})

test.each(['hang', 'freeze'] as const)('an agent that plays %s is at rest', async (name) => {
  const harness = await openHarness({ spawn: { closeGrace: 50 } })
  const speakers: Speaker[] = []
  const clock = new ManualClock()
  harness.clock.use(
    Object.assign(clock, {
      route: (speaker: Speaker) => (speakers.push(speaker), OPEN_ROUTER.route(speaker)),
    }),
  )
  const agent = await harness.spawnAgent()
  await harness.faults.trigger(fault[name]())
  await until('it is at rest', () => speakers[0]?.parked === true)
  await agent.send('anybody?')
  expect(speakers[0]?.parked).toBe(true)
  harness.clock.use(undefined)
})

test('a signal that an agent ignores or handles leaves it at rest again', async () => {
  const harness = await openHarness({ spawn: { script: { onSignal: { SIGHUP: 'ignore' } } } })
  const speakers: Speaker[] = []
  const clock = new ManualClock()
  harness.clock.use(
    Object.assign(clock, {
      route: (speaker: Speaker) => (speakers.push(speaker), OPEN_ROUTER.route(speaker)),
    }),
  )
  harness.faults.inject(fault.ignoreSignal('SIGTERM'))
  const agent = await harness.spawnAgent()
  for (const signal of ['SIGHUP', 'SIGTERM'] as const) {
    await until('it is at rest', () => speakers[0]?.parked === true)
    agent.kill(signal)
    expect(speakers[0]?.parked).toBe(false)
  }
  await until('it is at rest again', () => speakers[0]?.parked === true)
  harness.clock.use(undefined)
})
