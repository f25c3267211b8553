import { readdir } from 'node:fs/promises'
import path from 'node:path'

import { isUnderMark, type ProcessInfo, processTable } from '../process/table/index.ts'
import { ENV } from '../protocol/frames.ts'
import { type FoundRun, inspectRun } from './found-run.ts'
import { RUN_PREFIX } from './run-directory.ts'
import { isReaperOf } from './run-processes.ts'

/** The names that runs are given. */
const RUN_NAME = new RegExp(`^${RUN_PREFIX}[0-9a-f]{8}$`)

/** What there is of runs. */
export interface FoundRuns {
  /** Those whose directories are, or were, below the directory that was asked for, by name. */
  readonly runs: readonly FoundRun[]
  /** Where else processes say that their runs are. */
  readonly elsewhere: readonly string[]
}

/** All runs below `parent`: those that have a directory there, and those whose directory is gone but not their processes. */
export async function findRuns(parent: string, table: readonly ProcessInfo[]): Promise<FoundRuns> {
  const names = await readdir(parent).catch(() => [])
  const roots = new Set(names.filter((name) => RUN_NAME.test(name)).map((name) => path.join(parent, name)))
  // One that is removed at this moment is none.
  const found = await Promise.all([...roots].map((root) => inspectRun(root).catch(() => undefined)))
  const runs = found.filter((run) => run !== undefined)
  const elsewhere = new Set<string>()
  for (const root of rootsIn(table)) {
    if (path.dirname(root) !== parent) elsewhere.add(path.dirname(root))
    else if (!roots.has(root)) runs.push(withoutDirectory(root, table))
  }
  return {
    runs: runs.toSorted((one, other) => (one.root < other.root ? -1 : 1)),
    elsewhere: [...elsewhere].toSorted(),
  }
}

/** The directories of the runs that these processes were started in, as their environments have it. */
function rootsIn(table: readonly ProcessInfo[]): Set<string> {
  const roots = new Set<string>()
  for (const { pid, mark } of table) {
    const name = mark?.split('.')[0] ?? ''
    if (!RUN_NAME.test(name)) continue
    for (const variable of [ENV.runtimeDir, ENV.run]) {
      const segments = processTable.variable(pid, variable)?.split(path.sep) ?? []
      const at = segments.indexOf(name)
      if (at > 0) roots.add(segments.slice(0, at + 1).join(path.sep))
    }
  }
  return roots
}

/** Somebody has removed it. The reaper of a run is there as long as the run is. */
function withoutDirectory(root: string, table: readonly ProcessInfo[]): FoundRun {
  const run = { root, mark: path.basename(root), kept: [] }
  const isAlive = table.some((info) => isReaperOf({ ...run, state: 'alive' }, info))
  return { ...run, state: isAlive ? 'alive' : 'dead' }
}

/** Whether this process was started by the run. */
export function isOwn({ mark }: FoundRun): boolean {
  return isUnderMark(process.env[ENV.mark], mark)
}
