import { type ChildProcess, spawn } from 'node:child_process'
import { setMaxListeners } from 'node:events'

import type { Harness } from '../../harness/harness.ts'
import { HarnessLoop } from '../../harness/loop.ts'
import { killAll } from '../../process/stop-tree.ts'
import { randomStream } from '../../random.ts'
import type { AgentSpawner } from '../../restart/agent-starter.ts'
import type { Exploration } from '../exploration.ts'
import { ScenarioClock } from './scenario-clock.ts'
import { commandsOf, gaveUpIn, scriptedSpawner } from './scenario-parts.ts'
import type { Stage } from './stage.ts'

/**
 * A stage of real processes in virtual time, which closes the harness with itself. The harness is to be a new one, without
 * options of a project that a simulation knows nothing of, and its agent the scripted one. Throws as
 * `Harness.installClock` does.
 */
export function realStage({ agents, seed }: Exploration, harness: Harness): Stage {
  const handles = new Set<ChildProcess>()
  const spawner = scriptedSpawner(noting(harness, handles), agents)
  const commands = commandsOf(agents, (agent) => {
    const { id, file, args, env, module = file } = harness.agentCommand.with(agent)
    return { id, file, args, env, module }
  })
  const time = harness.installClock()
  const clock = new ScenarioClock(time)
  // Those of the clock, also when it is gone: then they set nothing off.
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis
  const restoreRandom = replaceRandom(seed)
  const over = new AbortController()
  // As many as there are runs of restart loops.
  setMaxListeners(0, over.signal)
  const { timeline } = harness
  const first = agents[0]?.id ?? 'agent'
  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    over.abort()
    restoreRandom()
    // What the scenario has started is not to be told of its end, or it would be started again.
    time.remove((child) => handles.has(child))
    await killAll('a play', () => false, { known: await harness.processes() })
    await harness.close()
  }
  return {
    world: {
      agents: commands,
      spawn,
      timers: { setTimeout, clearTimeout, setInterval, clearInterval },
      now: () => clock.now,
      clock,
      timeline,
      spawner,
      restartLoop: (options) =>
        new HarnessLoop({ id: first, ...options }, { spawner, clock, timeline, seed, signal: over.signal }),
      signal: over.signal,
      gaveUp: gaveUpIn(timeline, first),
    },
    faults: harness.faults,
    get timersPending() {
      return time.timersPending + clock.waiting
    },
    at: (ms, act) => void time.wait(ms, over.signal).then(act, () => {}),
    settle: () => time.settle(),
    next: (end) => time.step(end),
    close: () => (closed ??= close()),
  }
}

/** The spawner of a harness. Notes the processes of its handles, which the harness answers for itself. */
function noting({ spawner }: Harness, processes: Set<ChildProcess>): AgentSpawner {
  return {
    spawn(id, options) {
      const handle = spawner.spawn(id, options)
      handle.then(({ process }) => processes.add(process)).catch(() => {}) // Its caller is told.
      return handle
    },
  }
}

/** Has `Math.random` give the numbers of a seed, as in the simulation, until the returned function is called. */
function replaceRandom(seed: number): () => void {
  const before = Object.getOwnPropertyDescriptor(Math, 'random') ?? {}
  Object.defineProperty(Math, 'random', { ...before, value: randomStream(seed, 'Math.random') })
  return () => void Object.defineProperty(Math, 'random', before)
}
