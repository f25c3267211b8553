import childProcess from 'node:child_process'

import type { FaultPlan } from '../../src/fault/fault-plan.ts'
import type { HarnessLoopOptions } from '../../src/harness/loop.ts'
import { HarnessLoop } from '../../src/harness/loop.ts'
import type { AgentScript } from '../../src/protocol/frames.ts'
import type { RestartLoop } from '../../src/restart/restart-loop.ts'
import type { SimulatedChildProcess } from '../../src/simulate/child-process.ts'
import { Simulation } from '../../src/simulate/simulation.ts'
import type { Timeline } from '../../src/timeline/timeline.ts'
import { openHarness } from '../support/harness.ts'

/** What a story is told with, whether its processes are real or not. */
export interface Stage {
  readonly faults: FaultPlan
  readonly timeline: Timeline
  readonly spawn: SimulatedChildProcess['spawn']
  readonly childProcess: SimulatedChildProcess
  readonly timers: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval'>
  now(): number
  command(id: string, script?: AgentScript): Command
  restartLoop(options: Omit<HarnessLoopOptions, 'starter'>): RestartLoop
  run<T>(what: PromiseLike<T> | (() => boolean)): Promise<T | void>
  advance(ms: number): Promise<void>
}

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Record<string, string>
}

/** A story: what a test does. */
export type Story = (stage: Stage) => Promise<void>

/** How a story goes with real processes under the virtual clock. */
export async function inReality(story: Story, seed?: number): Promise<Timeline> {
  const harness = await openHarness(seed === undefined ? {} : { clock: { seed } })
  const clock = harness.installClock()
  // They are replaced while the clock is installed.
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis
  await story({
    faults: harness.faults,
    timeline: harness.timeline,
    spawn: childProcess.spawn,
    childProcess,
    timers: { setTimeout, clearTimeout, setInterval, clearInterval },
    now: () => clock.now,
    command: (id, script = {}) => harness.agentCommand.with({ id, script }),
    restartLoop: (options) => harness.restartLoop(options),
    run: (what) => (typeof what === 'function' ? clock.runUntil(what) : clock.runUntil(what)),
    advance: (ms) => clock.advance(ms),
  })
  const { timeline } = harness
  const frozen = Object.assign(Object.create(timeline) as Timeline, {})
  const [text, hash] = [timeline.toString(), timeline.hash()]
  Object.assign(frozen, { toString: () => text, hash: () => hash })
  await harness.close({ failed: true }).catch(() => {})
  return frozen
}

/** How it goes in a simulation. @param enter called with it before */
export async function inSimulation(
  story: Story,
  seed?: number,
  enter: (simulation: Simulation) => void = () => {},
): Promise<Timeline> {
  const simulation = new Simulation(seed === undefined ? {} : { seed })
  enter(simulation)
  const over = new AbortController()
  const { spawner, clock, timeline } = simulation
  await story({
    faults: simulation.faults,
    timeline,
    spawn: simulation.spawn,
    childProcess: simulation.childProcess,
    timers: simulation.timers as unknown as Stage['timers'],
    now: () => clock.now,
    command: (id, script) => simulation.command({ id, ...(script && { script }) }),
    restartLoop: (options) =>
      new HarnessLoop(options, { spawner, clock, timeline, seed: seed ?? 0, signal: over.signal }),
    run: (what) => (typeof what === 'function' ? simulation.run(what) : simulation.run(what)),
    advance: (ms) => simulation.advance(ms),
  })
  over.abort()
  simulation.close()
  return timeline
}
