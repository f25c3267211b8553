import { readdirSync, readFileSync } from 'node:fs'

import { ENV } from '../../protocol/frames.ts'
import { realNow } from '../../real-time.ts'
import type { ProcessInfo, ProcessTable } from './table.ts'

const MARK = Buffer.from(`${ENV.mark}=`)
const REVALIDATE_MS = 1000

interface Stat {
  readonly state: string
  readonly ppid: number
  readonly pgid: number
  readonly startTime: string
}

/**
 * The process table of Linux, read from `/proc`. Reading every process costs some 10 µs each, so those known to be
 * older than this process are skipped; as pids are reused, that knowledge is dropped when the kernel's pid counter
 * has wrapped, and after a second in any case.
 */
export class LinuxProcessTable implements ProcessTable {
  readonly #elders = new Set<number>()
  readonly #bornAt = BigInt(readStat(process.pid)?.startTime ?? 0)
  #lastPid = 0
  #checkedAt = 0

  get(pid: number): ProcessInfo | undefined {
    const stat = readStat(pid)
    return stat && describe(pid, stat)
  }

  all(): ProcessInfo[] {
    return pids().flatMap((pid) => this.get(pid) ?? [])
  }

  younger(): ProcessInfo[] {
    this.#revalidate()
    const found: ProcessInfo[] = []
    for (const pid of pids()) {
      if (pid === process.pid || this.#elders.has(pid)) continue
      const stat = readStat(pid, true)
      if (!stat) continue
      if (BigInt(stat.startTime) < this.#bornAt) this.#elders.add(pid)
      else if (!isDead(stat.state)) found.push(describe(pid, stat))
    }
    return found
  }

  #revalidate(): void {
    const lastPid = Number(readText('/proc/loadavg')?.trim().split(' ').at(-1) ?? 0)
    const now = realNow()
    if (lastPid < this.#lastPid || now - this.#checkedAt > REVALIDATE_MS) {
      this.#elders.clear()
      this.#checkedAt = now
    }
    this.#lastPid = lastPid
  }
}

function pids(): number[] {
  const found: number[] = []
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0)
    if (first >= 48 && first <= 57) found.push(Number(name))
  }
  return found
}

function describe(pid: number, stat: Stat): ProcessInfo {
  return {
    pid,
    ppid: stat.ppid,
    pgid: stat.pgid,
    startTime: stat.startTime,
    stopped: stat.state === 'T' || stat.state === 't',
    command: readText(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? '',
    mark: readMark(pid),
  }
}

/** See proc_pid_stat(5): the name in parentheses may hold anything, so fields count from the last parenthesis. */
function readStat(pid: number, dead = false): Stat | undefined {
  const text = readText(`/proc/${pid}/stat`)
  if (!text) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state = '', ppid, pgid] = fields
  if (!dead && isDead(state)) return undefined
  return { state, ppid: Number(ppid), pgid: Number(pgid), startTime: fields[19] ?? '0' }
}

function isDead(state: string): boolean {
  return state === 'Z' || state === 'X' || state === 'x'
}

function readMark(pid: number): string | undefined {
  let environ: Buffer
  try {
    environ = readFileSync(`/proc/${pid}/environ`)
  } catch {
    return undefined // It is gone, or another user's.
  }
  let start = environ.indexOf(MARK)
  while (start > 0 && environ[start - 1] !== 0) start = environ.indexOf(MARK, start + 1)
  if (start === -1) return undefined
  const end = environ.indexOf(0, start)
  return environ.toString('latin1', start + MARK.length, end === -1 ? environ.length : end)
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
}
