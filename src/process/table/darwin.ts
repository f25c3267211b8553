import { execFileSync } from 'node:child_process'

import { ENV } from '../../protocol/frames.ts'
import { realNow } from '../../real-time.ts'
import type { ProcessInfo, ProcessTable } from './table.ts'

const ROW = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/

/**
 * The process table of macOS, read by `ps`. `-E` appends the environment of processes of the same user; the system
 * hides that of its own programs, so a mark may be missing and callers keep a ledger of pids as well.
 */
export class DarwinProcessTable implements ProcessTable {
  get(pid: number): ProcessInfo | undefined {
    return list(['-p', String(pid)])[0]
  }

  all(): ProcessInfo[] {
    return list(['-ax'])
  }

  younger(): ProcessInfo[] {
    return this.all().filter((info) => info.pid !== process.pid)
  }

  variable(pid: number, name: string): string | undefined {
    return variableIn(this.get(pid)?.command ?? '', name)
  }

  age({ startTime }: Pick<ProcessInfo, 'startTime'>): number | undefined {
    const age = performance.timeOrigin + realNow() - Date.parse(startTime)
    return Number.isNaN(age) ? undefined : Math.max(0, Math.round(age))
  }
}

/** The environment stands behind the words of the command. */
function variableIn(command: string, name: string): string | undefined {
  return new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(command)?.[1]
}

function list(which: readonly string[]): ProcessInfo[] {
  let rows: string
  try {
    rows = execFileSync('ps', [...which, '-ww', '-E', '-o', 'pid=,ppid=,pgid=,stat=,lstart=,command='], {
      encoding: 'utf8',
      env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return [] // `ps` exits 1 when no process matches.
  }
  return rows.split('\n').flatMap((row) => {
    const [, pid, ppid, pgid, state, startTime, command] = ROW.exec(row) ?? []
    if (!pid || !state || !startTime || command === undefined || state.startsWith('Z')) return []
    const mark = variableIn(command, ENV.mark)
    return {
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      startTime,
      stopped: state.startsWith('T'),
      command,
      mark,
    }
  })
}
