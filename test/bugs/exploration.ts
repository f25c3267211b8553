import { type Exploration, type ExploreOptions, resolveExploration } from '../../src/explore/exploration.ts'
import { invariant } from '../../src/explore/invariants/index.ts'
import type { Bug } from './catalogue.ts'
import { LONGEST_TIMER, OPTIONS, type Supervising } from './supervisor.ts'

/**
 * What is explored of a supervisor with a mistake: all that it promises. A correct one keeps the promise of a bug, too:
 * `explorationOf({ ...bug, Supervisor })`.
 */
export function explorationOf(
  {
    name,
    Supervisor,
    options = {},
    within = 60_000,
  }: Pick<Bug, 'name' | 'Supervisor' | 'options' | 'within'>,
  choices: Partial<ExploreOptions<Supervising, 'worker'>> = {},
): Exploration {
  const promise = { ...OPTIONS, ...options }
  const { maxDelay, maxRestarts, window, stableAfter: resetAfter } = promise
  return resolveExploration<Supervising, 'worker'>(
    name,
    {
      // Supervisors take its first output for its being ready.
      agents: { worker: { stdout: { ready: 'ready' } } },
      steps: { start: (supervisor) => supervisor.start(), stop: (supervisor) => supervisor.stop() },
      invariants: [
        invariant.noOverlap(),
        invariant.monotoneBackoff({ factor: 2, maxDelay: Math.min(maxDelay, LONGEST_TIMER), resetAfter }),
        invariant.boundedRestarts({ maxRestarts, window, resetAfter }),
        invariant.stopIsFinal(),
        invariant.noLeaks(),
        invariant.oneExitPerStart(),
        invariant.giveUpIsReported(),
      ],
      within,
      ...choices,
    },
    ({ agents, spawn, timers, now, gaveUp }) => {
      const { file, args, env } = agents.worker
      const supervisor = new Supervisor(
        { spawn, timers, now, file, args, env, onGiveUp: () => gaveUp() },
        promise,
      )
      supervisor.start()
      return supervisor
    },
  )
}
