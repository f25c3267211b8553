import { existsSync } from 'node:fs'

import { removeDirectory } from '../directory.ts'
import { SuperviseError, systemCode } from '../errors.ts'
import { signalProcess } from '../process/signals.ts'
import { killAll } from '../process/stop-tree.ts'
import { identity, isAlive, type ProcessInfo, processTable } from '../process/table/index.ts'
import { realDelay, realNow } from '../real-time.ts'
import { type FoundRun, inspectRun } from './found-run.ts'
import { belongsTo, isReaperOf, otherProcesses, processesOf, type RunProcess } from './run-processes.ts'

/** How long a reaper may take over its work. Milliseconds of real time. */
const REAPER_LIMIT = 10_000
const POLL_MS = 20

/** What became of a run. */
export interface Reaped {
  /** Those that lived, and are gone. */
  readonly killed: readonly RunProcess[]
  /** Those that are still there. */
  readonly left: readonly RunProcess[]
  /** Whether its directory is gone, or was not there. What is kept of failed tests stays. */
  readonly removed: boolean
  /** Why its directory could not be removed. */
  readonly problem?: string
}

/**
 * Ends what is left of a run, then removes its directory, and resolves when both are gone, or are known to stay: after 10 s for a
 * reaper at work, and 5 s for what was sent SIGKILL. A directory stays as long as a process does, and when failed tests keep it.
 * A run that lives is ended by the death of its main process, upon which its reaper does the rest.
 */
export async function reapRun(run: FoundRun): Promise<Reaped> {
  const before = processesOf(run)
  if (run.state === 'alive') {
    for (const info of before) if (info.kind === 'main') signalProcess(info, 'SIGKILL')
  }
  if (run.state === 'alive' || run.state === 'ending') await reaperDone(run)
  // What is started meanwhile is killed as well.
  const ended = await endAll(run)
  const left = distinct([...ended.left, ...before.filter(isAlive)])
  const lives = new Set(left.map(identity))
  const found = distinct([...before, ...ended.killed.map(asProcess)])
  const problem = left.length === 0 && (await isDead(run)) ? await removal(run) : undefined
  return {
    killed: found.filter((info) => !lives.has(identity(info))),
    left,
    removed: !existsSync(run.root),
    ...(problem !== undefined && { problem }),
  }
}

function distinct(processes: readonly RunProcess[]): RunProcess[] {
  const found = new Map<string, RunProcess>()
  for (const info of processes) if (!found.has(identity(info))) found.set(identity(info), info)
  return [...found.values()]
}

/** Removes the directory; why it could not, if so. */
function removal({ root }: FoundRun): Promise<string | undefined> {
  return removeDirectory(root).then(
    () => undefined,
    (error: unknown) => systemCode(error) ?? String(error),
  )
}

function asProcess(info: ProcessInfo): RunProcess {
  return { ...info, kind: 'process', agent: undefined, age: undefined, reachable: true }
}

/** Whether its directory, which was seen to be its own, is nobody's by now. Of a run that was not dead, its reaper knows what to keep. */
async function isDead({ root, state, since }: FoundRun): Promise<boolean> {
  if (since === undefined) return false
  if (state !== 'alive' && state !== 'ending') return state === 'dead'
  const after = await inspectRun(root).catch(() => undefined)
  return after?.state === 'dead'
}

async function endAll(
  run: FoundRun,
): Promise<{ killed: readonly ProcessInfo[]; left: readonly RunProcess[] }> {
  try {
    const options = { list: otherProcesses }
    return { killed: await killAll(`run ${run.mark}`, (info) => belongsTo(run, info), options), left: [] }
  } catch (error) {
    if (!(error instanceof SuperviseError) || error.code !== 'ERR_AGENT_UNKILLABLE') throw error
    return { killed: [], left: processesOf(run) }
  }
}

/** The reaper makes no event for anybody but its run. */
async function reaperDone(run: FoundRun): Promise<void> {
  const isThere = (): boolean => processTable.all().some((info) => isReaperOf(run, info))
  for (const end = realNow() + REAPER_LIMIT; isThere() && realNow() < end;) await realDelay(POLL_MS)
}
