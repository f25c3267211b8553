import { expect, test } from 'vitest'

import { fault } from '../../src/index.ts'
import { KINDS, type ForeignCommand } from '../support/foreign.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

/** A supervisor in a shell that starts its agent again after so many seconds. */
const sleeper = (agent: string, seconds: number): ForeignCommand => ({
  file: 'sh',
  args: ['-c', `while :; do "$AGENT"; sleep ${seconds}; done`],
  env: { AGENT: agent },
})

test.each(Object.keys(KINDS))(
  '%s: a supervisor without timers gives one timeline in virtual time',
  async (kind) => {
    const timelines: string[] = []
    for (let run = 0; run < 2; run++) {
      const harness = await openHarness()
      harness.faults.inject(fault.exit(3), { attempts: [1, 2], at: { after: 60_000 } })
      const { file, args, env } = KINDS[kind]!(new Scratch(), harness.agentCommand.file)
      const clock = harness.installClock()
      const supervisor = await harness.supervise(file, args, { env })
      await clock.runUntil(harness.timeline.until('ready', { attempt: 3 }))
      timelines.push(`${harness.timeline}`)
      await supervisor.close()
      await harness.close()
    }
    expect(timelines[0]).toBe(
      `[       0 ms] agent#1      spawned
[       0 ms] agent#1      ready
[   60000 ms] agent#1      fault exit {"code":3}
[   60000 ms] agent#1      exited with code 3
[   60000 ms] agent#2      spawned
[   60000 ms] agent#2      ready
[  120000 ms] agent#2      fault exit {"code":3}
[  120000 ms] agent#2      exited with code 3
[  120000 ms] agent#3      spawned
[  120000 ms] agent#3      ready`,
    )
    expect(timelines[1]).toBe(timelines[0])
  },
)

test('a supervisor that sleeps is waited for in real time, while no virtual time passes', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(3))
  const { file, args, env } = sleeper(harness.agentCommand.file, 1.2)
  const clock = harness.installClock()
  await harness.supervise(file, args, { env })
  await clock.runUntil(harness.timeline.until('ready', { attempt: 2 }))
  expect(clock.now).toBe(0)
})

test('close has its grace in real time, whether the clock is moved or not', async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  const deaf = ['-c', `trap '' TERM; echo up; sleep 7401; :`]
  for (const move of [false, true]) {
    const supervisor = await harness.supervise('sh', deaf, { closeGrace: 100 })
    await clock.runUntil(supervisor.stdout.line('up'))
    const closed = supervisor.close()
    expect((await (move ? clock.runUntil(closed) : closed)).signal).toBe('SIGKILL')
    expect(clock.now).toBe(0)
  }
})

test('an agent that drains in virtual time is stopped by its supervisor when the clock is moved', async () => {
  const harness = await openHarness()
  const { file: agent } = harness.agentCommand.with({
    script: { onSignal: { SIGTERM: { drain: 60_000, exit: 6 } } },
  })
  const { file, args, env } = KINDS['node']!(new Scratch(), agent)
  const clock = harness.installClock()
  const supervisor = await harness.supervise(file, args, { env, closeGrace: 10_000 })
  await clock.runUntil(harness.timeline.until('ready'))
  expect(await clock.runUntil(supervisor.close())).toMatchObject({ exitCode: 0 })
  expect(clock.now).toBe(60_000)
  expect(harness.timeline.records()).toMatchObject([{ exitCode: 6, exitedAt: 60_000 }])
})

test('agents that a supervisor starts at once are told in the order of their names, whoever is faster', async () => {
  const harness = await openHarness()
  const [a, b] = ['a', 'b'].map((id) => harness.agentCommand.with({ id }).shell)
  const clock = harness.installClock()
  await harness.supervise('sh', ['-c', `(sleep 0.3; exec ${a}) & ${b}`])
  await clock.runUntil(harness.timeline.until('ready', { agent: 'b' }))
  expect(`${harness.timeline}`).toBe(`[       0 ms] a#1          spawned
[       0 ms] b#1          spawned
[       0 ms] a#1          ready
[       0 ms] b#1          ready`)
})
