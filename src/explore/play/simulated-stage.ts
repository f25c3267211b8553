import { setMaxListeners } from 'node:events'

import type { FaultPlan } from '../../fault/fault-plan.ts'
import { HarnessLoop, type HarnessLoopOptions } from '../../harness/loop.ts'
import type { AgentSpawner } from '../../restart/agent-starter.ts'
import type { RestartLoop } from '../../restart/restart-loop.ts'
import type { Builtins } from '../../simulate/builtins.ts'
import type { HeapClock } from '../../simulate/heap-clock.ts'
import { Simulation } from '../../simulate/simulation.ts'
import type { Timeline } from '../../timeline/timeline.ts'
import type { Exploration } from '../exploration.ts'
import { ScenarioClock } from './scenario-clock.ts'
import { commandsOf, gaveUpIn, scriptedSpawner } from './scenario-parts.ts'
import type { ScenarioCommand, ScenarioTimers, ScenarioWorld, Stage } from './stage.ts'

/** A stage in memory. @param builtins belong to it until it is closed */
export function simulatedStage(exploration: Exploration, builtins?: Builtins): Stage {
  return new SimulatedStage(exploration, builtins)
}

// Classes, since what has getters of its own has a shape of its own, which is collected late, with all that its getters know.

class SimulatedStage implements Stage {
  readonly world: SimulatedWorld
  readonly faults: FaultPlan
  readonly #simulation: Simulation
  readonly #time: HeapClock
  readonly #builtins: Builtins | undefined

  constructor(exploration: Exploration, builtins: Builtins | undefined) {
    const simulation = new Simulation()
    builtins?.enter(simulation, exploration.seed)
    this.world = new SimulatedWorld(exploration, simulation)
    this.faults = simulation.faults
    this.#simulation = simulation
    this.#time = simulation.clock
    this.#builtins = builtins
  }

  get timersPending(): number {
    return this.#time.timersPending + this.world.clock.waiting
  }

  at(ms: number, act: () => void): void {
    this.#time.after(ms, act)
  }

  settle(): Promise<void> {
    return this.#simulation.settle()
  }

  next(end: number): Promise<boolean> {
    const time = this.#time
    if ((time.nextAt ?? Infinity) <= end) return Promise.resolve(time.next())
    time.moveTo(end)
    return Promise.resolve(false)
  }

  close(): Promise<void> {
    this.world.end()
    this.#simulation.close()
    this.#builtins?.leave()
    return Promise.resolve()
  }
}

class SimulatedWorld implements ScenarioWorld {
  readonly agents: Readonly<Record<string, ScenarioCommand>>
  readonly spawn: ScenarioWorld['spawn']
  readonly timers: ScenarioTimers
  readonly clock: ScenarioClock
  readonly timeline: Timeline
  readonly spawner: AgentSpawner
  readonly now: () => number
  readonly restartLoop: (options: HarnessLoopOptions) => RestartLoop
  readonly gaveUp: ScenarioWorld['gaveUp']
  #over: AbortController | undefined
  #hasEnded = false

  constructor({ agents, seed }: Exploration, simulation: Simulation) {
    const { timeline, timers } = simulation
    const clock = new ScenarioClock(simulation.clock)
    const spawner = scriptedSpawner(simulation.spawner, agents)
    const first = agents[0]?.id ?? 'agent'
    this.agents = commandsOf(agents, (agent) => simulation.command(agent))
    this.spawn = simulation.spawn
    // Its handles are its own: whoever tells them from Node's by more than their methods is not to be helped.
    this.timers = timers as unknown as ScenarioTimers
    this.clock = clock
    this.timeline = timeline
    this.spawner = spawner
    this.now = () => clock.now
    this.restartLoop = (options) =>
      new HarnessLoop({ id: first, ...options }, { spawner, clock, timeline, seed, signal: this.signal })
    this.gaveUp = gaveUpIn(timeline, first)
  }

  /** Most have no use for it, and signals are collected late: it is made on demand. */
  get signal(): AbortSignal {
    if (!this.#over) {
      this.#over = new AbortController()
      // As many as there are runs of restart loops.
      setMaxListeners(0, this.#over.signal)
      if (this.#hasEnded) this.#over.abort()
    }
    return this.#over.signal
  }

  end(): void {
    this.#hasEnded = true
    this.#over?.abort()
  }
}
