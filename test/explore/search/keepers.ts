import type { ChildProcess } from 'node:child_process'

import {
  type Exploration,
  type ExploreOptions,
  resolveExploration,
  type Scenario,
} from '../../../src/explore/exploration.ts'
import type { Invariant } from '../../../src/explore/play/trace.ts'

export interface Keepers {
  stop(): void
}

/** Starts each of its agents again 1 s after its end. Its mistake: `stop` forgets those that wait for their next start. */
const keepers: Scenario<Keepers> = ({ agents, spawn, timers }) => {
  const children = new Set<ChildProcess>()
  let stopped = false
  const start = ({ file, args, env }: (typeof agents)[string]): void => {
    const child = spawn(file, args, { env, stdio: 'ignore' })
    children.add(child)
    const end = (): void => {
      if (!children.delete(child)) return
      if (!stopped) timers.setTimeout(() => start({ id: '', file, args, env, module: '' }), 1000)
    }
    child.on('exit', end).on('error', end)
  }
  for (const command of Object.values(agents)) start(command)
  return {
    stop() {
      stopped = true
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

/** Nothing is started after `stop`. */
export const stopIsFinal: Invariant = {
  name: 'stop is final',
  check({ events }) {
    const stop = events.findIndex(({ kind }) => kind === 'step')
    const late = events.slice(stop + 1).find(({ kind }) => kind === 'spawn' || kind === 'spawn-failed')
    return stop !== -1 && late ? `something is started at ${late.time}` : undefined
  },
}

/** An exploration of theirs. It is broken by a fault and a stop within a second after it. */
export function exploreKeepers(options: Partial<ExploreOptions<Keepers>> = {}): Exploration {
  return resolveExploration(
    'the keepers',
    {
      agents: ['one', 'two'],
      steps: { stop: (subject: Keepers) => subject.stop() },
      invariants: [stopIsFinal],
      ...options,
    },
    keepers,
  )
}
