import { counted } from '../../counted.ts'
import { lookAtRuns } from '../runs.ts'
import { type Finding, ok, warning } from './finding.ts'

/** What dead runs have left, and what is kept on purpose. */
export async function leftoverFindings(): Promise<Finding[]> {
  const { runs, temporary } = await lookAtRuns()
  const left = runs.filter(({ isLeft }) => isLeft)
  const processes = left.flatMap((run) => run.processes)
  const kept = runs.flatMap(({ run }) => run.kept)
  return [
    left.length === 0
      ? ok('leftovers', `no dead run has left anything in ${temporary}`)
      : warning(
          'leftovers',
          `${counted(left.length, 'dead run')} left ${counted(processes.length, 'process', 'processes')} and directories in ${temporary}`,
          '`npx vitest-supervise ps` shows them, `npx vitest-supervise reap` removes them.',
        ),
    ...(kept.length === 0
      ? []
      : [ok('kept', `${counted(kept.length, 'directory', 'directories')} of failed tests`)]),
  ]
}
