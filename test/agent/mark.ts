import { readdirSync, readFileSync } from 'node:fs'

/** The pids of the living processes that carry this mark in their environment. Linux; elsewhere none. */
export function markedProcesses(mark: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`SUPERVISE_MARK=${mark}`)
      } catch {
        return false
      }
    })
}

/** Kills every process that carries this mark, and what those start meanwhile. */
export function killMarked(mark: string): void {
  for (let pids = markedProcesses(mark); pids.length > 0; pids = markedProcesses(mark)) {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It was faster.
      }
    }
  }
}
