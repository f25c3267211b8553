import os from 'node:os'
import path from 'node:path'

import { findRuns, type FoundRuns } from '../reap/find-runs.ts'
import type { FoundRun } from '../reap/found-run.ts'
import { otherProcesses, processesOf, type RunProcess } from '../reap/run-processes.ts'

/** A run with its processes, as `ps` and `reap` tell of it. */
export interface SeenRun {
  readonly run: FoundRun
  readonly processes: readonly RunProcess[]
  /** Whether nobody cleans up what is there. */
  readonly isLeft: boolean
}

/** What there is at this moment. */
export interface Seen extends Pick<FoundRuns, 'elsewhere'> {
  /** The directory for temporary files, where runs have theirs. */
  readonly temporary: string
  readonly runs: readonly SeenRun[]
}

/** Looks at the runs in this process's directory for temporary files. */
export async function lookAtRuns(): Promise<Seen> {
  const temporary = path.resolve(os.tmpdir())
  const table = otherProcesses()
  const { runs, elsewhere } = await findRuns(temporary, table)
  const seen = runs.map((run) => {
    const processes = processesOf(run, table)
    // The reaper of a run that is over in order is about to end.
    const isOver = run.state === 'kept' && processes.some(({ kind }) => kind !== 'reaper')
    return { run, processes, isLeft: run.state === 'dead' || isOver }
  })
  return { temporary, runs: seen, elsewhere }
}

/** A run as JSON has it. */
export function runFacts({ run, processes }: SeenRun): object {
  return {
    id: run.mark,
    directory: run.root,
    state: run.state,
    main: run.owner?.pid ?? null,
    since: run.since === undefined ? null : new Date(run.since).toISOString(),
    kept: run.kept,
    processes: processes.map(processFacts),
  }
}

/** A process as JSON has it. */
export function processFacts({ pid, ppid, kind, agent, mark, age, reachable, command }: RunProcess): object {
  return {
    pid,
    ppid,
    kind,
    agent: agent ?? null,
    mark: mark ?? null,
    age: age ?? null,
    reachable,
    command,
  }
}
