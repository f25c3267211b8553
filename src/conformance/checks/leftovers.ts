import type { AgentScript } from '../../protocol/frames.ts'
import { type Check, unlessDeclared } from '../check.ts'
import { demand } from '../verdict.ts'

type Kind = NonNullable<AgentScript['children']>[number]

/** What is left of what the program has started, and of everything when the supervisor's own end is the cause. */
export const leftoverChecks: readonly Check[] = [
  grandchild('ordinary', 'what the program has started'),
  grandchild('ignore-sigterm', 'what the program has started and what ignores SIGTERM'),
  grandchild('setsid', 'what the program has started in a session of its own'),
  {
    name: 'killed-supervisor-leaves-nothing',
    title: 'leaves nothing when the supervisor itself is killed',
    unless: unlessDeclared('leavesNothingWhenKilled'),
    async run(trial) {
      await trial.start({ policy: trial.policy })
      await trial.ready(1)
      trial.kill('SIGKILL')
      await trial.ended('the supervisor to be dead')
      await trial.processes.gone('nothing to be left of it')
    },
  },
  {
    name: 'ends-with-its-input',
    title: 'stops the program, and ends, when its standard input ends',
    unless: unlessDeclared('endsWithInput'),
    async run(trial) {
      await trial.start({ policy: trial.policy })
      await trial.ready(1)
      trial.endInput()
      await trial.ended('its end')
      await trial.processes.gone('nothing to be left of it')
    },
  },
]

function grandchild(kind: Kind, what: string): Check {
  return {
    name: `grandchild-${kind}`,
    title: `stops ${what}`,
    unless: ({ stops = 'tree' }) => {
      if (stops === 'process') return 'it documents that it stops the program alone'
      return stops === 'group' && kind === 'setsid'
        ? 'it documents that it stops the process group alone'
        : undefined
    },
    async run(trial) {
      await trial.start({ policy: trial.policy, script: { children: [kind] } })
      await trial.ready(1)
      const started = await trial.processes.grandchildren()
      demand(started.length === 1, 'the program to have started something', 'it has not')
      await trial.stop()
      await trial.processes.gone('nothing to be left once it has stopped')
    },
  }
}
