import { explore, invariant } from 'vitest-supervise'

import { Supervisor } from '../src/supervisor.ts'

/*
 * What has to hold of the supervisor, whatever goes wrong and whenever it is started and stopped: 1,000 ways are tried in memory.
 * Two mistakes were found like this. `start` twice had two children run; and a program that could not be started never
 * ended a `stop` that was called before the supervisor knew.
 */

explore(
  'keeps one child running until it is stopped',
  {
    agents: ['worker'],
    steps: {
      start: (supervisor: Supervisor) => supervisor.start(),
      stop: (supervisor: Supervisor) => supervisor.stop(),
    },
    invariants: [
      invariant.noOverlap(),
      invariant.stopIsFinal({ within: 5000 }),
      invariant.noLeaks(),
      invariant.oneExitPerStart(),
      invariant.monotoneBackoff({ factor: 2, maxDelay: 60_000, resetAfter: 60_000 }),
      invariant.giveUpIsReported(),
    ],
    within: 300_000,
  },
  ({ agents }) => {
    const { file, args, env } = agents.worker
    const supervisor = new Supervisor(file, args, { env })
    supervisor.start()
    return supervisor
  },
)
  // `stop`, called at 0 ms, never resolves: nothing is running, and no timer is set.
  .replay({
    breaks: 'stop is final',
    schedule: [
      { attempt: 1, fault: 'notFound', at: 'spawn' },
      { step: 'stop', at: 0 },
    ],
    seed: 1,
    within: 60_000,
  })
