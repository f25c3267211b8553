import respawn from 'respawn'
import { expect, fault, test } from 'vitest-supervise'

/*
 * `respawn` from npm, unmodified: it spawns the agent, restarts it, and kills it, by its own timers. The test gives it
 * a real agent that fails on cue; all the time it waits is virtual.
 */

test('sleeps as its list says, and gives up after maxRestarts', async ({
  agentCommand,
  faults,
  clock,
  timeline,
}) => {
  faults.inject(fault.exit(1), { attempts: 'every' })
  const { file, args, env } = agentCommand
  const monitor = respawn([file, ...args], { env, maxRestarts: 4, sleep: [100, 1000, 10_000] })
  const crashed = new Promise((resolve) => monitor.once('crash', resolve))
  monitor.start()
  await clock.runUntil(crashed)

  expect(timeline).toHaveDelays([100, 1000, 10_000, 10_000])
  expect(timeline).toHaveAttempts(5)
})

test('forgets restarts after a minute of uptime', async ({ agentCommand, faults, clock, timeline }) => {
  faults.inject(fault.exit(1), { attempts: [1, 3] })
  faults.inject(fault.exit(1), { attempts: 4, at: { after: 60_000 } })
  const { file, args, env } = agentCommand
  const monitor = respawn([file, ...args], { env, maxRestarts: 4, sleep: [100, 1000, 10_000] })
  monitor.start()
  await clock.runUntil(() => timeline.attempts() === 5)

  expect(timeline).toHaveDelays([100, 1000, 10_000, 100])
  await clock.runUntil(new Promise<void>((resolve) => monitor.stop(resolve)))
})

test('waits 30 s for a child that does not heed SIGTERM, then kills it', async ({
  agentCommand,
  faults,
  clock,
  timeline,
}) => {
  faults.inject(fault.freeze())
  const { file, args, env } = agentCommand
  const monitor = respawn([file, ...args], { env, maxRestarts: 0 })
  monitor.start()
  await clock.runUntil(timeline.until('fault'))
  const before = clock.now
  await clock.runUntil(new Promise<void>((resolve) => monitor.stop(resolve)))

  expect(clock.now - before).toBe(30_000)
  expect(timeline.records()).toMatchObject([{ signal: 'SIGKILL' }])
})
