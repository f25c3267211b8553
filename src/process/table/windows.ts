import { execFileSync } from 'node:child_process'

import type { ProcessInfo, ProcessTable } from './table.ts'

const QUERY =
  'Get-CimInstance Win32_Process | ForEach-Object { ' +
  "'{0}|{1}|{2}|{3}' -f $_.ProcessId, $_.ParentProcessId, $_.CreationDate.Ticks, $_.CommandLine }"

/**
 * The process table of Windows, read by PowerShell. There are no process groups, and another process's environment
 * cannot be read: what an agent started is found by parent pid alone, so a process whose parent has gone is missed.
 */
export class WindowsProcessTable implements ProcessTable {
  get(pid: number): ProcessInfo | undefined {
    return this.all().find((info) => info.pid === pid)
  }

  all(): ProcessInfo[] {
    let rows: string
    try {
      rows = execFileSync('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', QUERY], {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        stdio: ['ignore', 'pipe', 'ignore'],
        windowsHide: true,
      })
    } catch {
      return []
    }
    return rows.split(/\r?\n/).flatMap((row) => {
      const [pid, ppid, startTime, ...command] = row.split('|')
      if (!pid || !ppid || !startTime) return []
      return {
        pid: Number(pid),
        ppid: Number(ppid),
        pgid: 0,
        startTime,
        stopped: false,
        command: command.join('|'),
        mark: undefined,
      }
    })
  }

  younger(): ProcessInfo[] {
    return this.all().filter((info) => info.pid !== process.pid)
  }

  variable(): undefined {
    return undefined
  }

  age(): undefined {
    return undefined
  }
}
