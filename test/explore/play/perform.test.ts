import { expect, onTestFinished, test } from 'vitest'

import { invariant } from '../../../src/explore/invariants/index.ts'
import { Crashes } from '../../../src/explore/play/crashes.ts'
import { type ExploreOptions, resolveExploration, type Scenario } from '../../../src/explore/exploration.ts'
import { type Outcome, perform } from '../../../src/explore/play/perform.ts'
import type { Schedule } from '../../../src/explore/schedule.ts'
import { simulatedStage } from '../../../src/explore/play/simulated-stage.ts'

async function play<Subject, Agent extends string>(
  options: Partial<ExploreOptions<Subject, Agent>>,
  schedule: Schedule,
  scenario: Scenario<Subject, Agent>,
): Promise<Outcome> {
  const exploration = resolveExploration('a play', { invariants: [], ...options }, scenario)
  const stage = simulatedStage(exploration)
  const crashes = Crashes.install()
  onTestFinished(() => {
    crashes.restore()
    return stage.close()
  })
  return perform(stage, exploration, schedule, crashes)
}

/** Starts its agent again 1 s after each end, until it is stopped. */
const restarting: Scenario<{ stop(): Promise<void> }> = ({ agents, spawn, timers }) => {
  const { file, args, env } = agents['agent'] ?? { file: '', args: [] }
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let child: ReturnType<typeof spawn> | undefined
  const start = (): void => {
    child = spawn(file, args, { env, stdio: 'ignore' })
    child.once('exit', () => {
      child = undefined
      if (!stopped) timer = timers.setTimeout(start, 1000)
    })
  }
  start()
  return {
    stop: () =>
      new Promise((resolve) => {
        stopped = true
        timers.clearTimeout(timer)
        if (!child) return resolve()
        child.once('exit', () => resolve())
        child.kill()
      }),
  }
}

test('faults strike and steps are called when the schedule says so', async () => {
  const { trace, violation } = await play(
    { within: 10_000, steps: { stop: (subject: { stop(): Promise<void> }) => subject.stop() } },
    [
      { attempt: 1, fault: 'exit', options: { code: 3 }, at: { after: 500 } },
      { step: 'stop', at: 2000 },
    ],
    restarting,
  )
  expect(violation).toBeUndefined()
  expect(trace.timeline.toString()).toMatchInlineSnapshot(`
    "[       0 ms] agent#1      spawned
    [       0 ms] agent#1      ready
    [     500 ms] agent#1      fault exit {"code":3}
    [     500 ms] agent#1      exited with code 3
    [    1500 ms] agent#2      spawned
    [    1500 ms] agent#2      ready
    [    2000 ms]              stop called
    [    2000 ms] agent#2      got SIGTERM
    [    2000 ms] agent#2      killed by SIGTERM
    [    2000 ms]              stop done"
  `)
  expect(trace.rests).toMatchInlineSnapshot(`
    [
      {
        "events": 2,
        "time": 0,
        "timers": 0,
      },
      {
        "events": 4,
        "time": 500,
        "timers": 1,
      },
      {
        "events": 6,
        "time": 1500,
        "timers": 0,
      },
      {
        "events": 10,
        "time": 2000,
        "timers": 0,
      },
    ]
  `)
  expect(trace.endedAt).toBe(10_000)
})

test('what nobody catches ends the play', async () => {
  const { trace, violation, thrown } = await play(
    { within: 10_000 },
    [
      { attempt: 2, fault: 'notFound', at: 'spawn' },
      { attempt: 1, fault: 'exit', at: 'ready' },
    ],
    restarting,
  )
  expect(violation).toMatchInlineSnapshot(`
    {
      "invariant": "nothing is thrown that nobody catches",
      "message": "Error: spawn ENOENT",
    }
  `)
  expect(thrown).toMatchObject({ code: 'ENOENT', syscall: 'spawn /simulation/1/agent' })
  expect(trace.timeline.toString()).toMatchInlineSnapshot(`
    "[       0 ms] agent#1      spawned
    [       0 ms] agent#1      ready
    [       0 ms] agent#1      fault exit {"code":1}
    [       0 ms] agent#1      exited with code 1
    [    1000 ms] agent#2      fault notFound {"code":"ENOENT"}
    [    1000 ms] agent#2      could not be spawned: ENOENT
    [    1000 ms]              not caught: ENOENT"
  `)
  expect(trace.endedAt).toBe(1000)
})

test.each([
  [
    'thrown by a timer',
    ({ timers }) =>
      void timers.setTimeout(() => {
        throw new Error('by a timer')
      }, 5),
  ],
  ['rejected in a promise', () => void Promise.reject(new Error('by a promise'))],
  [
    'thrown in a tick',
    () => {
      process.nextTick(() => {
        throw new Error('in a tick')
      })
    },
  ],
] satisfies [string, Scenario][])('what is %s and not caught is a violation', async (_, scenario) => {
  const { violation } = await play({}, [], scenario)
  expect(violation).toMatchObject({ invariant: 'nothing is thrown that nobody catches' })
})

test.each([
  [
    'throws',
    () => {
      throw new Error('no such thing')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no such thing'))],
] satisfies [string, Scenario][])('a scenario that %s fails', async (_, scenario) => {
  const { violation } = await play({}, [], scenario)
  expect(violation).toEqual({ invariant: 'the scenario does not fail', message: 'Error: no such thing' })
})

test.each([[false], [Promise.resolve('it is broken')], [7]])(
  'a check that gives %j is a mistake',
  async (answer) => {
    const mine = { name: 'mine', check: () => answer as unknown as string }
    await expect(play({ invariants: [mine] }, [], () => {})).rejects.toMatchObject({
      code: 'ERR_OPTION_INVALID',
      message: expect.stringContaining('The `check` of the invariant "mine" gave '),
    })
  },
)

test('a restart loop that waits is known to, as a timer that is set is', async () => {
  const { trace } = await play(
    { within: 3000 },
    [{ attempt: 1, fault: 'exit', at: 'ready' }],
    ({ restartLoop }) => {
      void restartLoop({ policy: 'always', backoff: { next: () => 1500 } }).run()
    },
  )
  expect(trace.rests.map(({ time, timers }) => [time, timers])).toEqual([
    [0, 1],
    [1500, 0],
  ])
})

test('a restart loop whose start is refused while it is stopped has not started anything after it', async () => {
  const invariants = [invariant.stopIsFinal(), invariant.oneExitPerStart()]
  const { trace, violation } = await play(
    { invariants, steps: { stop: (stop: () => Promise<void>) => stop() } },
    [
      { attempt: 1, fault: 'notFound', at: 'spawn' },
      { step: 'stop', at: 0 },
    ],
    ({ restartLoop }) => {
      const ended = new AbortController()
      const run = restartLoop({ policy: 'always' })
        .run(ended.signal)
        .catch(() => {})
      return async () => {
        ended.abort()
        await run
      }
    },
  )
  expect(trace.timeline.toString()).toContain('could not be spawned')
  expect(violation).toBeUndefined()
})

test('a scenario that never gives its subject fails, unless something has gone wrong', async () => {
  const options = { steps: { stop: () => {} }, within: 1000 }
  const never: Scenario = () => new Promise(() => {})
  const { violation } = await play(options, [], never)
  expect(violation).toMatchObject({
    invariant: 'the scenario does not fail',
    message: expect.stringContaining('its promise had not resolved after 1000 ms'),
  })
  expect(await play(options, [{ step: 'stop', at: 5 }], never)).toMatchObject({ violation: undefined })
  expect(await play({ within: 1000 }, [], never)).toMatchObject({ violation: undefined })
})
