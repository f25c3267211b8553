import { expect, onTestFinished, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import type { FaultPlan } from '../../src/fault/fault-plan.ts'
import type { SpawnOptions } from '../../src/options.ts'
import type { AgentHandle } from '../../src/process/agent-handle.ts'
import { Simulation } from '../../src/simulate/simulation.ts'
import type { Timeline } from '../../src/timeline/timeline.ts'
import { openHarness } from '../support/harness.ts'
import { collect } from '../support/until.ts'

type Handle = Omit<AgentHandle, 'socket' | 'mark'>

/** What a story with handles is told with. */
interface Stage {
  readonly faults: FaultPlan
  readonly timeline: Timeline
  now(): number
  spawn(id: string, options?: SpawnOptions): Promise<Handle>
  run<T>(promise: PromiseLike<T>): Promise<T>
  advance(ms: number): Promise<void>
}

type Story = (stage: Stage) => Promise<unknown>

async function inReality(story: Story): Promise<[unknown, string]> {
  const harness = await openHarness()
  const clock = harness.installClock()
  const { faults, timeline, spawner } = harness
  const seen = await story({
    faults,
    timeline,
    now: () => clock.now,
    spawn: (id, options) => spawner.spawn(id, options),
    run: (promise) => clock.runUntil(promise),
    advance: (ms) => clock.advance(ms),
  })
  const text = timeline.toString()
  await harness.close({ failed: true })
  return [seen, text]
}

async function inSimulation(story: Story): Promise<[unknown, string]> {
  const simulation = new Simulation()
  const { faults, timeline, spawner } = simulation
  const seen = await story({
    faults,
    timeline,
    now: () => simulation.clock.now,
    spawn: (id, options) => spawner.spawn(id, options),
    run: (promise) => simulation.run(promise),
    advance: (ms) => simulation.advance(ms),
  })
  return [seen, timeline.toString()]
}

/** How a promise that is to fail does it. */
async function failure(promise: Promise<unknown>): Promise<object> {
  const { code, agent, attempt, exitCode, signal, readyTimeout } = await promise.then(
    () => ({}) as never,
    (error: Record<string, unknown>) => error,
  )
  return { code, agent, attempt, exitCode, signal, readyTimeout }
}

const STORIES: Readonly<Record<string, Story>> = {
  async 'a life with messages, lines and an end'({ spawn, run, advance }) {
    const script = {
      heartbeat: 1000,
      stdout: { start: 'starting', ready: 'up' },
      lifetime: 3500,
      exitCode: 4,
    }
    const agent = await spawn('web', { script })
    await run(agent.ready)
    await agent.send({ hello: ['there'] })
    const line = await run(agent.stdout.line(/^u/))
    await advance(10_000)
    const { exitCode, signal } = await agent.exited
    const messages = await collect(agent.messages())
    const end = await run(agent.close())
    return [
      agent.id,
      agent.attempt,
      `${agent}`,
      line,
      exitCode,
      signal,
      messages,
      end.exitCode,
      agent.stdout.text,
    ]
  },
  async 'starts that fail'({ spawn, run, faults, now }) {
    const all = [
      fault.notFound(),
      fault.missingDirectory(),
      fault.notExecutable(),
      fault.symlinkLoop(),
      fault.badInterpreter(),
    ]
    for (const [index, one] of all.entries()) faults.inject(one, { attempts: index + 1 })
    faults.inject(fault.exit(3), { attempts: 6, at: 'start' })
    faults.inject(fault.signal(), { attempts: 7, at: 'start' })
    faults.inject(fault.neverReady(), { attempts: 8 })
    const failures: object[] = []
    for (let start = 1; start <= 5; start++) failures.push(await failure(spawn('web')))
    for (let start = 6; start <= 8; start++) {
      const agent = await spawn('web', { readyTimeout: 700 })
      failures.push(await failure(run(agent.ready)), [now()])
      await run(agent.close())
    }
    return failures.map((facts) => ({ ...facts, cause: undefined }))
  },
  async 'ends that are asked for'({ spawn, run, faults, now }) {
    faults.inject(fault.ignoreSignal(), { agent: 'ignores' })
    faults.inject(fault.freeze(), { agent: 'frozen' })
    faults.inject(fault.hang(), { agent: 'hung' })
    faults.inject(fault.closeSocket(), { agent: 'alone' })
    faults.inject(fault.leaveChild('ignore-sigterm'), { agent: 'parent' })
    const ends: unknown[] = []
    for (const id of ['plain', 'ignores', 'frozen', 'hung', 'alone', 'parent']) {
      const agent = await spawn(id)
      await run(agent.ready)
      const { exitCode, signal } = await run(agent.close())
      ends.push([
        id,
        exitCode,
        signal,
        now(),
        agent.kill(),
        (await failure(agent.send(1))) as { code: string },
      ])
    }
    return ends
  },
  async 'scripts that answer SIGTERM'({ spawn, run, now }) {
    const ends: unknown[] = []
    for (const answer of [{ exit: 5 }, 'ignore'] as const) {
      const agent = await spawn('web', { script: { onSignal: { SIGTERM: answer } }, closeGrace: 1200 })
      await run(agent.ready)
      const { exitCode, signal } = await run(agent.close())
      ends.push([exitCode, signal, now()])
    }
    const drains = await spawn('drains', { script: { onSignal: { SIGTERM: { drain: 400, exit: 6 } } } })
    await run(drains.ready)
    ends.push(drains.kill(), (await run(drains.exited)).exitCode, now(), drains.result?.exitCode)
    return ends
  },
  async 'other signs of being ready'({ spawn, run, now }) {
    const script = { stdout: { start: 'early', every: { ms: 500, text: 'line' } }, startDelay: 300 }
    const printed = await spawn('prints', { script, readyWhen: { stdout: 'line' } })
    await run(printed.ready)
    const at = now()
    const exists = await spawn('exists', { readyWhen: 'spawn', script })
    await run(exists.ready)
    const never = await spawn('never', { readyWhen: { stderr: /x/ }, readyTimeout: 900 })
    const failed = await failure(run(never.ready))
    const aborted = new AbortController()
    aborted.abort(new Error('enough'))
    const wait = await printed.wait(aborted.signal).catch((error: Error) => error.message)
    return [at, failed, now(), wait]
  },
}

test.each(Object.entries(STORIES))('%s: handles say the same in a simulation', async (_name, story) => {
  const [real, simulated] = [await inReality(story), await inSimulation(story)]
  expect(simulated[0]).toEqual(real[0])
  expect(simulated[1]).toBe(real[1])
})

test('two agents of one id count their attempts together, and each has its own messages', async () => {
  const simulation = new Simulation()
  const one = await simulation.spawner.spawn('web')
  const other = await simulation.spawner.spawn('web')
  await one.ready
  await one.send('to the first')
  await simulation.run(Promise.all([one.close(), other.close()]))
  expect([one.attempt, other.attempt]).toEqual([1, 2])
  expect(await collect(other.messages())).toEqual([])
})

test('who has become ready and ended listens to his signal no more', async () => {
  const warnings: string[] = []
  const note = (warning: Error): void => void warnings.push(warning.name)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const simulation = new Simulation({ script: { lifetime: 10 } })
  const { signal } = new AbortController()
  for (let starts = 0; starts < 12; starts++) {
    const handle = await simulation.spawner.spawn('web', { signal })
    await simulation.run(handle.ready)
    await simulation.run(handle.exited)
  }
  simulation.close()
  expect(warnings).toEqual([])
})
