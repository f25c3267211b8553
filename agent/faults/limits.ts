import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import { limit } from '../limits.ts'
import { codeOf, systemCode } from '../system-code.ts'
import { count } from './options.ts'
import type { Fault } from './stage.ts'

const linux = process.platform === 'linux'
const posix = process.platform !== 'win32'

/** What is missing in the heap when it is exhausted, at most. Bytes. */
const LAST_HEAP = 16 * 2 ** 20
/** How much this process may give back on its own between two looks at its memory. Bytes. */
const SLACK = 4 * 2 ** 20
/** How long the loop of a quota works before it lets others in. Real ms. */
const SLICE = 10

/** Opens no further descriptor, but `left` ones. */
function noFileDescriptors(...[options, , confirm]: Parameters<Fault>): void {
  const left = count(options, 'left', 0)
  const highest = Math.max(...readdirSync('/proc/self/fd').map(Number))
  limit({ nofile: highest + 1 + left })
  const opened: number[] = []
  const code = codeOf(() => {
    for (;;) opened.push(openSync('/dev/null', 'r'))
  })
  for (const fd of opened.splice(0, left)) closeSync(fd)
  confirm({ code, left })
}

/** Gets no more than `bytes` of memory besides what it has. */
function memoryCeiling(...[options, , confirm]: Parameters<Fault>): void {
  const bytes = count(options, 'bytes')
  limit({ data: memory() + bytes })
  try {
    void new ArrayBuffer(bytes + SLACK)
  } catch (error) {
    return confirm({ error: error instanceof Error ? error.message : String(error), bytes })
  }
  throw new Error('the memory was given all the same')
}

/** Exhausts its heap and dies of it, as Node does. */
function outOfMemory(...[, , confirm]: Parameters<Fault>): void {
  limit({ data: memory() + LAST_HEAP, core: [0, 0] })
  confirm({ signal: 'SIGABRT' }, () => {
    const heap: unknown[] = []
    for (;;) heap.push(Array.from({ length: 10_000 }).fill(heap.length))
  })
}

/** Spends its processor time, until the system ends it with SIGXCPU, and with SIGKILL if that does not. */
function cpuQuota(...[, , confirm]: Parameters<Fault>): void {
  const { user, system } = process.cpuUsage()
  const seconds = Math.floor((user + system) / 1e6) + 1
  limit({ cpu: [seconds, seconds + 1], core: [0, 0] })
  confirm({ signal: 'SIGXCPU' }, burn)
}

function burn(): void {
  const end = performance.now() + SLICE
  while (performance.now() < end);
  // In between a listener of the signal can run.
  setImmediate(burn)
}

/** Writes no file beyond `bytes`. */
function fileTooLarge(...[options, , confirm]: Parameters<Fault>): void {
  const bytes = count(options, 'bytes', 0)
  limit({ fsize: bytes })
  const directory = mkdtempSync(join(process.env['TMPDIR'] || '/tmp', 'large-'))
  const fd = openSync(join(directory, 'file'), 'w')
  const code = codeOf(() => {
    // A write at the end of what is allowed: that takes no space.
    writeSync(fd, 'x', bytes)
  })
  closeSync(fd)
  rmSync(directory, { recursive: true })
  confirm({ code, bytes })
}

/** Starts no further process. */
function noProcesses(...[, , confirm]: Parameters<Fault>): void {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  limit({ nproc: 0 })
  const { error } = spawnSync('true')
  const code = systemCode(error)
  if (code === undefined) throw new Error('a process was started all the same')
  confirm({ code })
}

/** Keeps processors busy, so that this process gets few of their time: each of the loops ends with it. */
function cpuStarvation(...[options, , confirm]: Parameters<Fault>): void {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const busy = count(options, 'busy')
  // Not as children of this process: nobody is to wait for them, and no clock for their rest.
  const script = `
    left=$2
    while [ "$left" -gt 0 ]; do
      { while kill -0 "$1"; do :; done; } </dev/null >/dev/null 2>&1 &
      left=$((left - 1))
    done`
  const { status, error } = spawnSync('sh', ['-c', script, 'sh', String(process.pid), String(busy)], {
    stdio: 'ignore',
  })
  if (status !== 0) throw error ?? new Error(`the shell exited with ${status}`)
  confirm({ busy })
}

export const limits: Readonly<Record<string, Fault>> = {
  ...(posix ? { cpuStarvation } : {}),
  ...(linux ? { noFileDescriptors, memoryCeiling, outOfMemory, cpuQuota, fileTooLarge, noProcesses } : {}),
}

/** What this process may write to, in bytes: not what it only reserves, as the threads of Node do. */
function memory(): number {
  const kilobytes = /^VmData:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
  if (kilobytes === undefined) throw new Error('the system does not say how much memory this process has')
  return Number(kilobytes) * 1024
}
