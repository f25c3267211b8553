import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const LIMIT_MS = 300_000
const POLL_MS = 100

/** Runs `work` while no other process of this machine runs its own under the same lock. A dead holder's lock is taken over. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + LIMIT_MS
  while (!tryTake(file)) {
    if (Date.now() > deadline) throw new Error(`The lock ${file} is still held after ${LIMIT_MS} ms.`)
    await delay(POLL_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function tryTake(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    if (!lives(holder(file))) rmSync(file, { force: true })
    return false
  }
}

function holder(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

function lives(pid: number): boolean {
  // 0: it has been made, and not yet written to.
  if (pid === 0) return true
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
