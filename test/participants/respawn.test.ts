import path from 'node:path'

import { expect, test } from 'vitest'

import type { AgentCommand } from '../../src/process/agent-command.ts'
import { fault } from '../../src/index.ts'
import { openHarness } from '../support/harness.ts'

const program = path.join(import.meta.dirname, 'programs', 'respawn.cjs')
const under = (options: object, { file }: AgentCommand): string[] => [program, JSON.stringify(options), file]

test('respawn starts its command again after 1 s, and gives up after so many restarts in a minute', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(3), { attempts: 'every', at: { after: 9000 } })
  const clock = harness.installClock()
  const args = under({ maxRestarts: 3 }, harness.agentCommand)
  const running = await harness.supervise(process.execPath, args, { clock: 'virtual' })
  await clock.runUntil(running.exited)
  expect(harness.timeline.delays()).toEqual([1000, 1000, 1000])
  expect(running.stdout.text).toMatchInlineSnapshot(`
    "0 spawn
    9000 exit 3
    10000 spawn
    19000 exit 3
    20000 spawn
    29000 exit 3
    30000 spawn
    39000 exit 3
    39000 crash
    39000 stop
    "
  `)
})

test('respawn forgets its restarts when its command has been up for a minute altogether', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(3), { attempts: [1, 6], at: { after: 20_000 } })
  harness.faults.inject(fault.exit(3), { attempts: [7, 9] })
  const clock = harness.installClock()
  const args = under({ maxRestarts: 3, sleep: [100, 10_000, 60_000] }, harness.agentCommand)
  const running = await harness.supervise(process.execPath, args, { clock: 'virtual' })
  await clock.runUntil(running.exited)
  expect(harness.timeline.delays()).toEqual([100, 10_000, 100, 10_000, 60_000, 100, 10_000, 60_000])
})

test('respawn sleeps as long as a function says, and its child gets SIGKILL 30 s after a stop', async () => {
  const harness = await openHarness()
  const { agentCommand, faults, timeline } = harness
  faults.inject(fault.exit(3), { attempts: [1, 3] })
  faults.inject(fault.ignoreSignal('SIGTERM'), { attempts: 4 })
  const clock = harness.installClock()
  const running = await harness.supervise(process.execPath, under({ sleep: 'square' }, agentCommand), {
    clock: 'virtual',
  })
  await clock.runUntil(timeline.until('ready', { attempt: 4 }))
  running.kill('SIGTERM')
  await clock.runUntil(running.exited)
  expect(timeline.delays()).toEqual([1000, 4000, 9000])
  expect(running.stdout.text).toMatchInlineSnapshot(`
    "0 spawn
    0 exit 3
    1000 spawn
    1000 exit 3
    5000 spawn
    5000 exit 3
    14000 spawn
    44000 force-kill
    44000 exit SIGKILL
    44000 stop
    "
  `)
})
