import { systemCode } from '../errors.ts'
import {
  isAlive,
  isUnderMark,
  type ProcessInfo,
  processTable,
  withDescendants,
} from '../process/table/index.ts'
import { ENV } from '../protocol/frames.ts'
import type { FoundRun } from './found-run.ts'

/** A live process of a run. */
export interface RunProcess extends ProcessInfo {
  /** `process`: anything else that the run or its tests have started. */
  readonly kind: 'main' | 'reaper' | 'worker' | 'agent' | 'process'
  /** The id of the agent that it is, or descends from, where its environment can be read. */
  readonly agent: string | undefined
  /** Milliseconds, where the system says. */
  readonly age: number | undefined
  /** Whether this user may end it. */
  readonly reachable: boolean
}

/** All processes that are there, but for this one and those that it descends from, which nobody is to end from here. */
export function otherProcesses(): ProcessInfo[] {
  const table = processTable.all()
  const byPid = new Map(table.map((info) => [info.pid, info]))
  const own = new Set<number>()
  for (let info = byPid.get(process.pid); info && !own.has(info.pid); info = byPid.get(info.ppid))
    own.add(info.pid)
  return table.filter(({ pid }) => !own.has(pid))
}

/**
 * The processes of a run: its reaper, all that carries its mark, and what descends from these. Of one that lives its main process,
 * too, and what descends from that.
 */
export function processesOf(run: FoundRun, table: readonly ProcessInfo[] = otherProcesses()): RunProcess[] {
  const roots = table.filter((info) => belongsTo(run, info) || (run.state === 'alive' && isMainOf(run, info)))
  const found = new Map(withDescendants(roots, table).map((info) => [info.pid, info]))
  return [...found.values()].map((info) => describe(run, info, table))
}

/** Whether a process is known by itself to be of the run, and none of its user's own. */
export function belongsTo(run: FoundRun, info: ProcessInfo): boolean {
  return isUnderMark(info.mark, run.mark) || isReaperOf(run, info)
}

/** The reaper has no mark, so that it does not reap itself. */
export function isReaperOf({ root, owner }: FoundRun, { command }: ProcessInfo): boolean {
  return /[\\/]reaper\.js /.test(command) && command.includes(`reaper.js ${root} ${owner?.pid ?? ''}`)
}

function isMainOf({ owner }: FoundRun, { pid, startTime }: ProcessInfo): boolean {
  return owner?.pid === pid && owner.startTime === startTime
}

function describe(run: FoundRun, info: ProcessInfo, table: readonly ProcessInfo[]): RunProcess {
  const { pid, ppid, pgid, startTime, stopped, command, mark } = info
  const agent = isUnderMark(mark, run.mark) ? processTable.variable(pid, ENV.agent) : undefined
  // What an agent starts inherits its environment.
  const isFirst = table.every((parent) => parent.pid !== ppid || parent.mark !== mark)
  return {
    pid,
    ppid,
    pgid,
    startTime,
    stopped,
    command,
    mark,
    agent,
    kind: isMainOf(run, info)
      ? 'main'
      : isReaperOf(run, info)
        ? 'reaper'
        : agent !== undefined && isFirst
          ? 'agent'
          : mark === run.mark && isFirst
            ? 'worker'
            : 'process',
    age: processTable.age(info),
    reachable: isReachable(info),
  }
}

function isReachable(info: ProcessInfo): boolean {
  try {
    return process.kill(info.pid, 0)
  } catch (error) {
    return systemCode(error) !== 'EPERM' || !isAlive(info)
  }
}
