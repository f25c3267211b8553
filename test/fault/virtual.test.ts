import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { openHarness } from '../support/harness.ts'
import { DEEDS } from './deeds.ts'

const HOUR = 3_600_000

/** What of a fault comes later than the fault. Ms. */
const LATER: Readonly<Record<string, number>> = { splitCharacter: 10 }

/** The timeline of two hours of an agent that is struck after one, or at its start, and is closed then. */
async function twoHours(name: string): Promise<string> {
  const harness = await openHarness({ spawn: { closeGrace: 50 } })
  const prepared = await DEEDS[name]?.prepare('scripted')
  if (!prepared) throw new Error(`there is no deed ${name}`)
  const { fault, script = {}, proof } = prepared
  const { writes } = script
  const clock = harness.installClock()
  harness.faults.inject(fault, { at: fault.at === 'start' ? 'start' : { after: HOUR } })
  const agent = await harness.spawner.spawn('a', {
    script: { ...script, heartbeat: HOUR / 4, ...(writes && { writes: { ...writes, every: HOUR / 4 } }) },
  })
  await clock.advance(2 * HOUR)
  const struck = harness.timeline.events.filter(({ kind }) => kind === 'fault')
  const time = fault.at === 'start' ? 0 : HOUR + (LATER[name] ?? 0)
  expect(struck).toMatchObject([{ fault: fault.name, proof, time }])
  await clock.runUntil(agent.close())
  const text = harness.timeline.toString()
  await harness.close()
  return text
}

const resting = Object.entries(DEEDS).flatMap(([name, { on = [process.platform] }]) =>
  on.includes(process.platform) && name !== 'busyLoop' ? [name] : [],
)

test.each(resting)('%s leaves a virtual clock able to move, the same way in every run', async (name) => {
  expect(await twoHours(name)).toBe(await twoHours(name))
})

test('busyLoop does not: time stands still until it is killed', async () => {
  const harness = await openHarness({ spawn: { closeGrace: 50 } })
  harness.limits = { ...harness.limits, patience: 500 }
  harness.faults.inject(fault.busyLoop(), { at: { after: HOUR } })
  const clock = harness.installClock()
  const agent = await harness.spawner.spawn('a')
  await expect(clock.advance(2 * HOUR)).rejects.toMatchObject({ code: 'ERR_CLOCK_STALLED' })
  expect(clock.now).toBe(HOUR)
  agent.kill('SIGKILL')
  await clock.advance(HOUR)
  expect(harness.timeline.records()).toMatchObject([{ exitedAt: HOUR, signal: 'SIGKILL' }])
  await harness.close()
})

test.runIf(process.platform !== 'win32')(
  'slowStop ends an agent exactly when its supervisor has lost patience',
  async () => {
    const harness = await openHarness()
    harness.faults.inject(fault.slowStop(5000))
    const clock = harness.installClock()
    const agent = await harness.spawnAgent()
    const killed: boolean[] = []
    setTimeout(() => {
      agent.kill('SIGTERM')
      setTimeout(() => killed.push(agent.kill('SIGKILL')), 5000)
    }, 1000)
    await clock.runUntil(agent.exited)
    expect(clock.now).toBe(6000)
    // Whoever comes first at the deadline, there is one end.
    expect(harness.timeline.records()).toHaveLength(1)
    expect(agent.result?.signal).toBe(killed[0] ? 'SIGKILL' : null)
    await harness.close()
  },
)
