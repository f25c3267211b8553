import { type Check, unlessAny, unlessAsked } from '../check.ts'
import { answering } from '../trial.ts'
import { demand } from '../verdict.ts'

/** What happens when somebody asks for a restart. */
export const restartingChecks: readonly Check[] = [
  {
    name: 'restarts-on-request',
    title: 'starts the program again when it is asked to, once',
    unless: unlessAsked,
    async run(trial) {
      await trial.start({ policy: trial.policy })
      await trial.ready(1)
      await trial.restart()
      await trial.ready(2)
      await trial.gone(1, 'the old program to end')
      await trial.noMoreStartsThan(2, 'one restart')
    },
  },
  {
    name: 'no-overlap-on-restart',
    title: 'starts the new program after the old one has ended, however long that takes',
    unless: unlessAsked,
    async run(trial) {
      await trial.start({ policy: trial.policy, script: answering({ drain: trial.longDrain }) })
      await trial.ready(1)
      await trial.restart()
      await trial.begun(2)
      demand(!trial.overlaps(2), 'one program at a time', 'the new one runs beside the old one')
    },
  },
  {
    name: 'restart-leaves-no-grandchild',
    title: 'leaves nothing of the old program when it restarts',
    unless: unlessAny(unlessAsked, ({ stops }) =>
      stops === 'process' ? 'it documents that it stops the program alone' : undefined,
    ),
    async run(trial) {
      await trial.start({ policy: trial.policy, script: { children: ['ordinary'] } })
      await trial.ready(1)
      const old = await trial.processes.grandchildren()
      demand(old.length === 1, 'the program to have started something', 'it has not')
      await trial.restart()
      await trial.ready(2)
      await trial.processes.gone('what the old program had started to be gone', old)
    },
  },
]
