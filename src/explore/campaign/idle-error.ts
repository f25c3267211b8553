import { SuperviseError } from '../../errors.ts'
import type { Exploration } from '../exploration.ts'
import { counted } from '../../counted.ts'

/** The error of a campaign in which there was nothing that could break: no play has started an agent. */
export function idleError({ name, agents }: Exploration, plays: number): SuperviseError {
  const ids = agents.map(({ id }) => id).join(', ')
  return new SuperviseError(
    'ERR_EXPLORE_IDLE',
    `Nothing was explored: in ${counted(plays, 'play')} "${name}" has not started an agent. Look whether the scenario starts ` +
      `the \`file\` of one of its agents (${ids}), and by which \`spawn\`: one that was taken out of \`node:child_process\` before ` +
      'the play began, as by `const { spawn } = require(…)` at the top of a module, is the real one, and starts real processes. ' +
      'Call `childProcess.spawn(…)`, or take the `spawn` that the scenario is given. If it is a step that starts an agent, have ' +
      'more `schedules` played.',
    { exploration: name, plays },
  )
}
