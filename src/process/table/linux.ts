import { closeSync, openSync, readdirSync, readSync } from 'node:fs'

import { ENV } from '../../protocol/frames.ts'
import { realNow, realPause } from '../../real-time.ts'
import { Elders } from './elders.ts'
import type { ProcessInfo, ProcessTable } from './table.ts'

const MARK = assignment(ENV.mark)
/** The unit of start times that the kernel shows to programs, on every machine. Per second. */
const CLOCK_TICKS = 100
const PF_EXITING = 0x4
const PF_KTHREAD = 0x200000
/** An exec takes microseconds, and longer if it has to wait for a processor. Milliseconds. */
const EXEC_LIMIT = 200
const EXEC_PAUSE = 0.1

let buffer = Buffer.allocUnsafe(64 * 1024)

interface Stat {
  readonly state: string
  readonly ppid: number
  readonly pgid: number
  readonly startTime: string
}

/**
 * The process table of Linux, read from `/proc`. Reading every process costs some 10 µs each, so those known to be
 * older than this process are skipped.
 */
export class LinuxProcessTable implements ProcessTable {
  readonly #elders = new Elders()
  readonly #bornAt = BigInt(readStat(process.pid)?.startTime ?? 0)

  get(pid: number): ProcessInfo | undefined {
    const stat = readStat(pid)
    return stat && new LinuxProcess(pid, stat)
  }

  all(): ProcessInfo[] {
    return pids().flatMap((pid) => this.get(pid) ?? [])
  }

  younger(): ProcessInfo[] {
    this.#elders.refresh(lastPid(), realNow())
    const found: ProcessInfo[] = []
    for (const pid of pids()) {
      if (pid === process.pid || this.#elders.has(pid)) continue
      const stat = readStat(pid, true)
      if (!stat) continue
      if (BigInt(stat.startTime) < this.#bornAt) this.#elders.add(pid)
      else if (!isDead(stat.state)) found.push(new LinuxProcess(pid, stat))
    }
    return found
  }

  variable(pid: number, name: string): string | undefined {
    return readVariable(pid, assignment(name))
  }

  age({ startTime }: Pick<ProcessInfo, 'startTime'>): number | undefined {
    const uptime = Number(readProc('/proc/uptime')?.toString().split(' ')[0] ?? Number.NaN)
    const age = 1000 * (uptime - Number(startTime) / CLOCK_TICKS)
    return Number.isFinite(age) ? Math.max(0, Math.round(age)) : undefined
  }
}

/** The last pid that the kernel has given out. */
function lastPid(): number {
  return Number(readProc('/proc/loadavg')?.toString().trim().split(' ').at(-1) ?? 0)
}

function pids(): number[] {
  const found: number[] = []
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (pid > 0) found.push(pid)
  }
  return found
}

/** A live process. What is seldom asked for is read when it is. */
class LinuxProcess implements ProcessInfo {
  readonly pid: number
  readonly ppid: number
  readonly pgid: number
  readonly startTime: string
  readonly stopped: boolean
  #command: string | undefined
  #mark: { readonly value: string | undefined } | undefined

  constructor(pid: number, { ppid, pgid, startTime, state }: Stat) {
    this.pid = pid
    this.ppid = ppid
    this.pgid = pgid
    this.startTime = startTime
    this.stopped = state === 'T' || state === 't'
  }

  get command(): string {
    return (this.#command ??=
      readProc(`/proc/${this.pid}/cmdline`)?.toString().replaceAll('\0', ' ').trim() ?? '')
  }

  get mark(): string | undefined {
    return (this.#mark ??= { value: readVariable(this.pid, MARK) }).value
  }
}

/** Waits for a process that is becoming another program to be that. */
function readEnviron(pid: number): Buffer | undefined {
  const end = realNow() + EXEC_LIMIT
  for (;;) {
    const environ = readProc(`/proc/${pid}/environ`)
    if (environ?.length !== 0 || hasNoEnvironment(pid) || realNow() > end) return environ
    realPause(EXEC_PAUSE)
  }
}

/**
 * Whether that the environment is empty is no passing state. A process that is becoming another program has none for that
 * moment, not even an empty one; kernel threads never have one, and what exits has none any more. See proc_pid_stat(5),
 * fields 9, 50 and 51.
 */
function hasNoEnvironment(pid: number): boolean {
  const text = readProc(`/proc/${pid}/stat`)?.toString('latin1')
  if (!text) return true
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const isEmpty = fields[47] === fields[48] && fields[48] !== '0'
  return isEmpty || (Number(fields[6]) & (PF_EXITING | PF_KTHREAD)) !== 0
}

/** See proc_pid_stat(5): the name in parentheses may hold anything, so fields count from the last parenthesis. */
function readStat(pid: number, dead = false): Stat | undefined {
  const text = readProc(`/proc/${pid}/stat`)?.toString('latin1')
  if (!text) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state = '', ppid, pgid] = fields
  if (!dead && isDead(state)) return undefined
  return { state, ppid: Number(ppid), pgid: Number(pgid), startTime: fields[19] ?? '0' }
}

function isDead(state: string): boolean {
  return state === 'Z' || state === 'X' || state === 'x'
}

function assignment(name: string): Buffer {
  return Buffer.from(`${name}=`)
}

function readVariable(pid: number, variable: Buffer): string | undefined {
  const environ = readEnviron(pid)
  if (!environ) return undefined
  let start = environ.indexOf(variable)
  while (start > 0 && environ[start - 1] !== 0) start = environ.indexOf(variable, start + 1)
  if (start === -1) return undefined
  const end = environ.indexOf(0, start)
  return environ.toString('utf8', start + variable.length, end === -1 ? environ.length : end)
}

/**
 * The content of a file in `/proc`, valid until the next call; undefined when the process is gone or another user's.
 * These files have no size, and a scan reads hundreds: one buffer serves them all.
 */
function readProc(file: string): Buffer | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return undefined
  }
  try {
    for (let length = 0; ;) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null)
      length += count
      if (count === 0) return buffer.subarray(0, length)
      if (length === buffer.length) buffer = Buffer.concat([buffer], 2 * length)
    }
  } catch {
    return undefined
  } finally {
    closeSync(descriptor)
  }
}
