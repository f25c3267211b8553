import { closeSync, openSync, readdirSync, readSync } from 'node:fs'

import { systemCode } from '../../errors.ts'

// One buffer for all: a look reads dozens of files, which have no size of their own.
const buffer = Buffer.allocUnsafe(64 * 1024)

/** What became of a look at something of `/proc` that cannot be read. */
export type Unread = 'vanished' | 'denied'

/** The content of a file in `/proc` of less than a page, which the kernel gives in one piece. Throws system errors. */
export function readProc(file: string): string {
  const descriptor = openSync(file, 'r')
  try {
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, null))
  } finally {
    closeSync(descriptor)
  }
}

/** The same for a file of any length. */
export function readLongProc(file: string): string {
  const descriptor = openSync(file, 'r')
  try {
    for (let text = ''; ;) {
      const count = readSync(descriptor, buffer, 0, buffer.length, null)
      if (count === 0) return text
      text += buffer.toString('latin1', 0, count)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Two words at an address of a process of this user; undefined when they may not be read or are not there. */
export function peek(pid: number, address: string): readonly [bigint, bigint] | undefined {
  try {
    const descriptor = openSync(`/proc/${pid}/mem`, 'r')
    try {
      if (readSync(descriptor, buffer, 0, 16, Number(address)) < 16) return undefined
      return [buffer.readBigInt64LE(0), buffer.readBigInt64LE(8)]
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}

/** The ids of the threads of a process, its first one first. Throws system errors. */
export function threadsOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number)
}

/** Whether what could not be read is gone, or is kept from us. Throws what is neither. */
export function whyUnread(error: unknown): Unread {
  const code = systemCode(error)
  if (code === 'ENOENT' || code === 'ESRCH') return 'vanished'
  if (code === 'EPERM' || code === 'EACCES') return 'denied'
  throw error
}

/** One letter, as in proc_pid_stat(5), and the name. That may hold anything, so the last parenthesis ends it. */
export function readStat(pid: number, tid = pid): { readonly state: string; readonly name: string } {
  const text = readProc(`/proc/${pid}/task/${tid}/stat`)
  const end = text.lastIndexOf(')')
  return { state: text.charAt(end + 2), name: text.slice(text.indexOf('(') + 1, end) }
}
