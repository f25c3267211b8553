import { setMaxListeners } from 'node:events'

import { HarnessLoop } from '../../harness/loop.ts'
import type { Builtins } from '../../simulate/builtins.ts'
import { Simulation } from '../../simulate/simulation.ts'
import type { Exploration } from '../exploration.ts'
import { ScenarioClock } from './scenario-clock.ts'
import { commandsOf, gaveUpIn, scriptedSpawner } from './scenario-parts.ts'
import type { ScenarioTimers, Stage } from './stage.ts'

/** A stage in memory. @param builtins belong to it until it is closed */
export function simulatedStage({ agents, seed }: Exploration, builtins?: Builtins): Stage {
  const simulation = new Simulation()
  builtins?.enter(simulation, seed)
  const over = new AbortController()
  // As many as there are runs of restart loops.
  setMaxListeners(0, over.signal)
  const { clock: time, timeline, timers } = simulation
  const clock = new ScenarioClock(time)
  const spawner = scriptedSpawner(simulation.spawner, agents)
  const first = agents[0]?.id ?? 'agent'
  return {
    world: {
      agents: commandsOf(agents, (agent) => simulation.command(agent)),
      spawn: simulation.spawn,
      // Its handles are its own: whoever tells them from Node's by more than their methods is not to be helped.
      timers: timers as unknown as ScenarioTimers,
      now: () => clock.now,
      clock,
      timeline,
      spawner,
      restartLoop: (options) =>
        new HarnessLoop({ id: first, ...options }, { spawner, clock, timeline, seed, signal: over.signal }),
      signal: over.signal,
      gaveUp: gaveUpIn(timeline, first),
    },
    faults: simulation.faults,
    get timersPending() {
      return time.timersPending + clock.waiting
    },
    at: (ms, act) => void time.after(ms, act),
    settle: () => simulation.settle(),
    next(end) {
      if ((time.nextAt ?? Infinity) <= end) return Promise.resolve(time.next())
      time.moveTo(end)
      return Promise.resolve(false)
    },
    close() {
      over.abort()
      simulation.close()
      builtins?.leave()
      return Promise.resolve()
    },
  }
}
