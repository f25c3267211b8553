import { expect, fault, test } from 'vitest-supervise'

import { Supervisor } from '../src/supervisor.ts'

/*
 * A supervisor written by hand, as it is in production. The test gives it the command of a real agent that fails on cue.
 * Its `setTimeout` and `Date.now` are virtual: a minute of health, or a grace of five seconds, takes no time.
 */

test('waits twice as long before each restart', async ({ agentCommand, faults, clock, timeline }) => {
  faults.inject(fault.exit(1), { attempts: [1, 4] })
  const supervisor = new Supervisor(agentCommand.file, agentCommand.args, { env: agentCommand.env })
  supervisor.start()
  await clock.runUntil(() => timeline.attempts() === 5)

  expect(timeline).toHaveDelays([1000, 2000, 4000, 8000])
  expect(timeline).toMatchInlineSnapshot(`
    [       0 ms] agent#1      spawned
    [       0 ms] agent#1      ready
    [       0 ms] agent#1      fault exit {"code":1}
    [       0 ms] agent#1      exited with code 1
    [    1000 ms] agent#2      spawned
    [    1000 ms] agent#2      ready
    [    1000 ms] agent#2      fault exit {"code":1}
    [    1000 ms] agent#2      exited with code 1
    [    3000 ms] agent#3      spawned
    [    3000 ms] agent#3      ready
    [    3000 ms] agent#3      fault exit {"code":1}
    [    3000 ms] agent#3      exited with code 1
    [    7000 ms] agent#4      spawned
    [    7000 ms] agent#4      ready
    [    7000 ms] agent#4      fault exit {"code":1}
    [    7000 ms] agent#4      exited with code 1
    [   15000 ms] agent#5      spawned
    [   15000 ms] agent#5      ready
  `)
  await clock.runUntil(supervisor.stop())
})

test('begins anew with a child that was healthy for a minute', async ({
  agentCommand,
  faults,
  clock,
  timeline,
}) => {
  faults.inject(fault.signal('SIGKILL'), { attempts: [1, 3] })
  faults.inject(fault.exit(1), { attempts: 4, at: { after: 60_000 } })
  const supervisor = new Supervisor(agentCommand.file, agentCommand.args, { env: agentCommand.env })
  supervisor.start()
  await clock.runUntil(() => timeline.attempts() === 5)

  expect(timeline).toHaveDelays([1000, 2000, 4000, 1000])
  await clock.runUntil(supervisor.stop())
})

test('goes on when the program cannot be started', async ({ agentCommand, faults, clock, timeline }) => {
  faults.inject(fault.notFound(), { attempts: 1 })
  faults.inject(fault.notExecutable(), { attempts: 2 })
  const supervisor = new Supervisor(agentCommand.file, agentCommand.args, { env: agentCommand.env })
  supervisor.start()
  await clock.runUntil(timeline.until('ready', { attempt: 3 }))

  expect(timeline.records().map(({ error }) => error)).toEqual(['ENOENT', 'EACCES', undefined])
  await clock.runUntil(supervisor.stop())
})

test('kills a child that ignores SIGTERM after its grace', async ({
  agentCommand,
  faults,
  clock,
  timeline,
}) => {
  faults.inject(fault.ignoreSignal('SIGTERM'))
  const supervisor = new Supervisor(agentCommand.file, agentCommand.args, { env: agentCommand.env })
  supervisor.start()
  await clock.runUntil(timeline.until('ready'))
  const before = clock.now
  await clock.runUntil(supervisor.stop())

  expect(clock.now - before).toBe(5000)
  expect(timeline.records()).toMatchObject([{ signal: 'SIGKILL' }])
})

test('stops for good while it waits for a restart', async ({
  agentCommand,
  faults,
  clock,
  timeline,
  processes,
}) => {
  faults.inject(fault.exit(1))
  const supervisor = new Supervisor(agentCommand.file, agentCommand.args, { env: agentCommand.env })
  supervisor.start()
  await clock.runUntil(timeline.until('exit'))
  await supervisor.stop()
  await clock.advance(24 * 3600 * 1000)

  expect(timeline).toHaveAttempts(1)
  expect(await processes()).toEqual([])
})
