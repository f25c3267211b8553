import { expect, onTestFinished, test } from 'vitest'

import { Crashes } from '../../../src/explore/play/crashes.ts'
import { resolveExploration, type Scenario } from '../../../src/explore/exploration.ts'
import { CRASHES, perform } from '../../../src/explore/play/perform.ts'
import { realStage } from '../../../src/explore/play/real-stage.ts'
import type { ScenarioWorld } from '../../../src/explore/play/stage.ts'
import { randomStream } from '../../../src/random.ts'
import { ExponentialBackoff } from '../../../src/restart/backoff.ts'
import { alive } from '../../support/alive.ts'
import { openHarness, playBoth } from './both-stages.ts'

/** Starts each of its agents again 1 s after each end, until it is stopped. */
class Restarter {
  readonly #world: ScenarioWorld
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #children = new Map<string, ReturnType<ScenarioWorld['spawn']>>()
  #stopped = false

  constructor(world: ScenarioWorld) {
    this.#world = world
    for (const id of Object.keys(world.agents)) this.#start(id)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) this.#world.timers.clearTimeout(timer)
    await Promise.all(
      [...this.#children.values()].map(
        (child) => new Promise((resolve) => child.once('exit', resolve).kill()),
      ),
    )
  }

  #start(id: string): void {
    const { agents, spawn, timers } = this.#world
    const { file = '', args = [], env = {} } = agents[id] ?? {}
    const child = spawn(file, args, { env, stdio: 'ignore' })
    this.#children.set(id, child)
    child.once('exit', () => {
      this.#children.delete(id)
      if (this.#stopped) return
      const timer = timers.setTimeout(() => {
        this.#timers.delete(timer)
        this.#start(id)
      }, 1000)
      this.#timers.add(timer)
    })
  }
}

/** `Math.random` of the moment. */
const chance = (): (() => number) => Reflect.get(Math, 'random')

const restarting: Scenario<Restarter> = (world) => new Restarter(world)
const steps = { stop: (restarter: Restarter) => restarter.stop() }

test('real processes and simulated ones leave the same trace', async () => {
  const { text, rests, violation } = await playBoth(
    { within: 10_000, steps },
    [
      { attempt: 1, fault: 'exit', options: { code: 3 }, at: { after: 500 } },
      { attempt: 2, fault: 'slowStop', options: { ms: 700 }, at: 'ready' },
      { attempt: 9, fault: 'exit', at: 'ready' },
      { step: 'stop', at: 2000 },
    ],
    restarting,
  )
  expect(violation).toBeUndefined()
  expect(text).toMatchInlineSnapshot(`
    "[       0 ms] agent#1      spawned
    [       0 ms] agent#1      ready
    [     500 ms] agent#1      fault exit {"code":3}
    [     500 ms] agent#1      exited with code 3
    [    1500 ms] agent#2      spawned
    [    1500 ms] agent#2      ready
    [    1500 ms] agent#2      fault slowStop {"ms":700,"signal":"SIGTERM"}
    [    2000 ms]              stop called
    [    2000 ms] agent#2      got SIGTERM
    [    2700 ms] agent#2      exited with code 0
    [    2700 ms]              stop done"
  `)
  expect(rests.map(({ time, timers }) => `${time}: ${timers}`)).toMatchInlineSnapshot(`
    [
      "0: 0",
      "500: 1",
      "1500: 0",
      "2000: 0",
      "2700: 0",
    ]
  `)
})

test('a step comes ahead of the timers of its instant, whoever set them first', async () => {
  const { text } = await playBoth(
    { within: 2000, steps: { note: (note: (text: string) => void) => note('step') } },
    [
      { step: 'note', at: 500 },
      { step: 'note', at: 1000 },
    ],
    ({ timers, timeline }) => {
      timers.setTimeout(() => timeline.note('timer at 500'), 500)
      const interval = timers.setInterval(() => {
        timeline.note('interval')
        timers.clearInterval(interval)
      }, 1000)
      return (words: string) => timeline.note(words)
    },
  )
  expect(text.split('\n').map((line) => line.slice(28))).toMatchInlineSnapshot(`
    [
      "ote called",
      "ote: step",
      "ote done",
      "ote: timer at 500",
      "ote called",
      "ote: step",
      "ote done",
      "ote: interval",
    ]
  `)
})

test('several agents, each with its script, are struck by faults of their own', async () => {
  const { text } = await playBoth(
    { within: 8000, agents: { web: { lifetime: 2000, exitCode: 4 }, db: {}, queue: { startDelay: 300 } } },
    [
      { agent: 'db', attempt: 1, fault: 'signal', options: { signal: 'SIGKILL' }, at: { after: 2000 } },
      { agent: 'queue', attempt: 1, fault: 'exit', at: 'start' },
      { attempt: 2, fault: 'exit', at: 'ready' },
    ],
    restarting,
  )
  expect(text).toContain('db#1         killed by SIGKILL')
  expect(text).toContain('queue#1      exited with code 1')
  expect(text).toContain('web#2        exited with code 1')
})

const crash = (): never => {
  throw new Error('not caught')
}
/** Where the error of a crash is thrown. */
const CRASHING: Readonly<Record<string, Scenario>> = {
  'a timer': ({ timers }) => void timers.setTimeout(crash, 5),
  'a promise': ({ timers }) => void timers.setTimeout(() => void Promise.reject(new Error('not caught')), 5),
  'a tick': ({ timers }) => void timers.setTimeout(() => process.nextTick(crash), 5),
  'a listener of a child': ({ agents, spawn }) => {
    const { file = '', args = [], env = {} } = agents['agent'] ?? {}
    spawn(file, args, { env }).once('exit', crash)
  },
  'a child that nobody asks about its errors': ({ spawn }) => void spawn('/no/such/file'),
}

test.each(Object.entries(CRASHING))(
  'what is thrown in %s, and not caught, ends the play',
  async (_, scenario) => {
    const { text, violation } = await playBoth(
      { within: 60_000, agents: { agent: { lifetime: 1000 } } },
      [{ step: 'never', at: 30_000 }],
      scenario,
    )
    expect(violation?.invariant).toBe(CRASHES)
    expect(text).toContain('not caught: ')
    expect(text).not.toContain('never')
  },
)

test('restart loops are the same, and so is their jitter', async () => {
  const { text } = await playBoth(
    { within: 60_000, seed: 7, agents: { worker: { lifetime: 3000, exitCode: 2 } } },
    [
      { attempt: 2, fault: 'neverReady', at: 'start' },
      { attempt: 3, fault: 'notFound', at: 'spawn' },
    ],
    ({ restartLoop, timeline }) => {
      restartLoop({ policy: 'on-failure', maxRestarts: 4, backoff: new ExponentialBackoff({ jitter: 0.5 }) })
        .run()
        .catch(() => timeline.note('given up'))
    },
  )
  expect(text).toContain('given up')
  expect(text.match(/backoff/g)).toHaveLength(4)
})

test('any number of restart loops run on one stage, and nobody is warned', async () => {
  const warnings: string[] = []
  const note = (warning: Error): void => void warnings.push(warning.name)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  await playBoth({ within: 100 }, [{ attempt: 1, fault: 'notFound', at: 'spawn' }], ({ restartLoop }) => {
    for (let loops = 0; loops < 12; loops++)
      void restartLoop({ policy: 'never' })
        .run()
        .catch(() => {})
  })
  expect(warnings).toEqual([])
})

test('while a stage is open, chance is that of the seed', async () => {
  const before = chance()
  const stage = realStage(
    resolveExploration('a play', { invariants: [], seed: 7 }, () => {}),
    await openHarness(),
  )
  const drawn = [chance()(), chance()()]
  await stage.close()
  const seeded = randomStream(7, 'Math.random')
  expect(drawn).toEqual([seeded(), seeded()])
  expect(chance()).toBe(before)
})

test('a stage that is closed leaves nothing, and tells its scenario nothing', async () => {
  const harness = await openHarness()
  const told: string[] = []
  const exploration = resolveExploration(
    'a play',
    {
      invariants: [],
      within: 1000,
      agents: {
        agent: { onSignal: { SIGTERM: 'ignore' }, children: ['setsid'] },
        // Nothing leads to its child any more when it has ended, but the mark.
        parent: { children: ['setsid'], lifetime: 500 },
      },
    },
    ({ agents, spawn, restartLoop }) => {
      const { file, args, env } = agents.agent
      spawn(file, args, { env }).once('exit', () => told.push('exit'))
      spawn(agents.parent.file, agents.parent.args, { env: agents.parent.env })
      restartLoop({ policy: 'always', id: 'looped', onEvent: ({ type }) => told.push(type) })
        .run()
        .catch(() => {})
    },
  )
  const crashes = Crashes.install()
  onTestFinished(() => crashes.restore())
  const stage = realStage(exploration, harness)
  await perform(stage, exploration, [{ attempt: 1, fault: 'hang', at: 'ready' }], crashes)
  const processes = await harness.processes()
  expect(processes).toHaveLength(4)
  const heard = told.length
  await Promise.all([stage.close(), stage.close()])
  expect(processes.filter(({ pid }) => alive(pid))).toEqual([])
  expect(told.slice(heard)).toEqual(['stopped'])
})
