import { DarwinProcessTable } from './darwin.ts'
import { LinuxProcessTable } from './linux.ts'
import type { ProcessInfo, ProcessTable } from './table.ts'
import { WindowsProcessTable } from './windows.ts'

export type { ProcessInfo, ProcessTable } from './table.ts'

/** This machine's process table. */
export const processTable: ProcessTable = createProcessTable()

let look: { table?: ProcessInfo[] } | undefined

/**
 * Has all that `body` looks up before it returns see one list of processes. Reading that is what it costs to prove that
 * nothing is left of an agent, and of many agents that have exited one list proves it.
 */
export function inOneLook<T>(body: () => T): T {
  look = {}
  try {
    return body()
  } finally {
    look = undefined
  }
}

/** Every live process that began after this one did, as of now or of the {@link inOneLook} that this is part of. */
export function youngerProcesses(): ProcessInfo[] {
  if (!look) return processTable.younger()
  return (look.table ??= processTable.younger())
}

function createProcessTable(): ProcessTable {
  switch (process.platform) {
    case 'win32':
      return new WindowsProcessTable()
    case 'darwin':
      return new DarwinProcessTable()
    default:
      return new LinuxProcessTable()
  }
}

/** Whether `mark` is `prefix`, or belongs to something started under it. */
export function isUnderMark(mark: string | undefined, prefix: string): boolean {
  return mark !== undefined && (mark === prefix || mark.startsWith(`${prefix}.`))
}

/** The members of `table` that descend from one of `roots`, parents before their children, roots left out. */
export function descendantsOf(roots: Iterable<number>, table: readonly ProcessInfo[]): ProcessInfo[] {
  const byParent = new Map<number, ProcessInfo[]>()
  for (const info of table) {
    const siblings = byParent.get(info.ppid)
    if (siblings) siblings.push(info)
    else byParent.set(info.ppid, [info])
  }
  const found: ProcessInfo[] = []
  const seen = new Set(roots)
  const queue = [...seen]
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    for (const child of byParent.get(pid) ?? []) {
      if (seen.has(child.pid)) continue
      seen.add(child.pid)
      queue.push(child.pid)
      found.push(child)
    }
  }
  return found
}

/** These members of `table` and all that descends from them, each once. */
export function withDescendants(roots: readonly ProcessInfo[], table: readonly ProcessInfo[]): ProcessInfo[] {
  return [
    ...roots,
    ...descendantsOf(
      roots.map(({ pid }) => pid),
      table,
    ),
  ]
}

/** All that is known of a process now, for when it is gone. */
export function snapshot({ pid, ppid, pgid, startTime, stopped, command, mark }: ProcessInfo): ProcessInfo {
  return { pid, ppid, pgid, startTime, stopped, command, mark }
}

/** What tells a process from a later one with its pid. */
export function identity({ pid, startTime }: Pick<ProcessInfo, 'pid' | 'startTime'>): string {
  return `${pid}@${startTime}`
}

/** Whether exactly this process, not a later one with its pid, still lives. */
export function isAlive({ pid, startTime }: Pick<ProcessInfo, 'pid' | 'startTime'>): boolean {
  return processTable.get(pid)?.startTime === startTime
}
