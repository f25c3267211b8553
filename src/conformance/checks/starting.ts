import { type Fault, fault } from '../../fault/fault.ts'
import { type Check, unlessRestarting, unlessUnder } from '../check.ts'
import { demand } from '../verdict.ts'

/** When it starts the program, and when again. */
export const startingChecks: readonly Check[] = [
  {
    name: 'starts-once',
    title: 'starts the program, and starts it once',
    async run(trial) {
      await trial.start({ policy: trial.policy })
      await trial.ready(1)
      await trial.noMoreStartsThan(1, 'one start of a program that stays up')
    },
  },
  restarting('restarts-after-failure', 'restarts a program that has exited with code 1', fault.exit(1)),
  restarting('restarts-after-kill', 'restarts a program that SIGKILL has ended', fault.signal('SIGKILL')),
  restarting('restarts-after-abort', 'restarts a program that has aborted', fault.signal('SIGABRT')),
  {
    name: 'restarts-once-for-each-exit',
    title: 'answers each crash, even before the program is up, with one start',
    unless: unlessRestarting,
    async run(trial) {
      const crashes = Math.min(3, trial.facts.maxRestarts || 3)
      trial.inject(fault.exit(1), { attempts: [1, crashes], at: 'start' })
      await trial.start({ policy: trial.policy })
      await trial.ready(crashes + 1)
      await trial.noMoreStartsThan(crashes + 1, 'one start for each exit')
    },
  },
  {
    name: 'always-restarts-after-success',
    title: 'under `always`, restarts a program that has exited with code 0',
    unless: unlessUnder('always'),
    async run(trial) {
      trial.inject(fault.exit(0), { attempts: 1 })
      await trial.start({ policy: 'always' })
      await trial.ready(2)
    },
  },
  ending('on-failure', 'success', fault.exit(0)),
  ending('never', 'success', fault.exit(0)),
  ending('never', 'failure', fault.exit(1)),
]

function restarting(name: string, title: string, cause: Fault): Check {
  return {
    name,
    title,
    unless: unlessRestarting,
    async run(trial) {
      trial.inject(cause, { attempts: 1 })
      await trial.start({ policy: trial.policy })
      await trial.ready(2)
      demand(!trial.overlaps(2), 'the restart after the exit', 'it came before')
    },
  }
}

function ending(policy: 'on-failure' | 'never', outcome: 'success' | 'failure', cause: Fault): Check {
  const code = outcome === 'success' ? 0 : 1
  return {
    name: `${policy}-leaves-${outcome}`,
    title: `under \`${policy}\`, does not restart a program that has exited with code ${code}`,
    unless: unlessUnder(policy),
    async run(trial) {
      trial.inject(cause, { attempts: 1 })
      await trial.start({ policy })
      await trial.gone(1, 'the program to exit')
      await trial.noMoreStartsThan(1, 'no further start')
    },
  }
}
