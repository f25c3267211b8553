import { fault } from '../../fault/fault.ts'
import { type Check, unlessAny, unlessDeclared, unlessRestarting } from '../check.ts'
import { answering, type Trial } from '../trial.ts'
import { demand, Inapplicable } from '../verdict.ts'

/** A delay in which there is time to stop. ms of real time */
const LONG_ENOUGH = 250

const TOO_SHORT = 'its first delay is too short to stop it meanwhile'

const unlessKilling = unlessAny(unlessDeclared('grace'), ({ afterGrace }) =>
  afterGrace === 'wait' ? 'it documents that it never kills' : undefined,
)

/** What happens when it is stopped. */
export const stoppingChecks: readonly Check[] = [
  {
    name: 'stop-leaves-nothing',
    title: 'leaves no process when it is stopped while the program runs',
    async run(trial) {
      await trial.start({ policy: trial.policy })
      await trial.ready(1)
      await trial.stop()
      await trial.processes.gone('nothing to be left once it has stopped')
      await trial.noMoreStartsThan(1, 'no start after the stop')
    },
  },
  {
    name: 'sigterm-leaves-nothing',
    title: 'leaves no process when SIGTERM ends it, as service managers and containers do',
    async run(trial) {
      await trial.start({ policy: trial.policy, script: answering({ drain: trial.longDrain }) })
      await trial.ready(1)
      trial.kill('SIGTERM')
      await trial.ended('its end')
      await trial.processes.gone('nothing to be left once it has ended')
    },
  },
  {
    name: 'stop-during-start',
    title: 'stops a program that is not up yet, and leaves nothing',
    async run(trial) {
      trial.inject(fault.neverReady(), { attempts: 'every' })
      await trial.start({ policy: trial.policy })
      await trial.begun(1)
      await trial.stop()
      await trial.processes.gone('nothing to be left once it has stopped')
      await trial.noMoreStartsThan(1, 'no start after the stop')
    },
  },
  {
    name: 'stop-during-backoff',
    title: 'does not start the program any more when it is stopped between two starts',
    unless: unlessAny(unlessRestarting, unlessDeclared('delays'), ({ delays: [first = 0] = [] }, { time }) =>
      first >= (time === 'real' ? LONG_ENOUGH : 1) ? undefined : TOO_SHORT,
    ),
    async run(trial) {
      const { delays: [first = 0] = [] } = trial.facts
      if (!trial.pace.virtual && first < LONG_ENOUGH) throw new Inapplicable(TOO_SHORT)
      trial.inject(fault.exit(1), { attempts: 'every' })
      await trial.start({ policy: trial.policy })
      await trial.gone(1, 'the program to exit')
      await trial.stop()
      await trial.noMoreStartsThan(1, 'no start after the stop')
    },
  },
  {
    name: 'crash-while-stopping',
    title: 'does not restart a program that fails while it is stopped',
    unless: unlessRestarting,
    async run(trial) {
      await trial.start({ policy: trial.policy, script: answering({ exit: 1 }) })
      await trial.ready(1)
      await trial.stop()
      await trial.gone(1, 'the program to end')
      await trial.noMoreStartsThan(1, 'no start after the stop')
    },
  },
  {
    name: 'waits-for-a-slow-stop',
    title: 'lets a program take its time to end, within its grace',
    async run(trial) {
      const { drain } = trial
      await trial.start({ policy: trial.policy, script: answering({ drain }) })
      await trial.ready(1)
      const { exitedAt } = await stopped(trial, drain)
      demand(exitedAt >= drain, 'the program to end by itself', 'it was ended before')
      await trial.processes.gone('nothing to be left once it has stopped')
    },
  },
  {
    name: 'escalates-to-kill',
    title: 'kills a program that ignores its signal, after its grace',
    unless: unlessKilling,
    async run(trial) {
      const { grace = 0 } = trial.facts
      await trial.start({ policy: trial.policy, script: answering('ignore') })
      await trial.ready(1)
      const { exitedAt } = await stopped(trial, grace)
      demand(exitedAt >= grace, 'a kill after the grace', 'it came before', `${exitedAt} ms, not ${grace} ms`)
      await trial.processes.gone('nothing to be left once it has stopped')
    },
  },
  {
    name: 'kills-a-frozen-program',
    title: 'kills a program that is stopped by SIGSTOP and so answers no other signal',
    unless: unlessKilling,
    async run(trial) {
      trial.inject(fault.freeze(), { attempts: 1 })
      await trial.start({ policy: trial.policy })
      await trial.struck(1)
      await trial.processes.frozen()
      await stopped(trial, trial.facts.grace ?? 0)
      await trial.processes.gone('nothing to be left once it has stopped')
    },
  },
  {
    name: 'second-stop-is-harmless',
    title: 'leaves nothing either when it is told to stop twice',
    async run(trial) {
      await trial.start({ policy: trial.policy, script: answering({ drain: trial.longDrain }) })
      await trial.ready(1)
      await trial.stop(2)
      await trial.processes.gone('nothing to be left once it has stopped')
    },
  },
]

/** Stops it, and gives when the program ended, in ms since then. */
async function stopped(trial: Trial, later: number): Promise<{ exitedAt: number }> {
  const begin = trial.note('told to stop')
  await trial.stop()
  await trial.gone(1, 'the program to end', later)
  const { exitedAt = NaN } = trial.records[0] ?? {}
  return { exitedAt: exitedAt - begin }
}
