import { randomBytes } from 'node:crypto'
import fs from 'node:fs'

import { systemCode } from '../errors.ts'
import { realDelay, realNow } from '../real-time.ts'

/** Ends a hold on a lock. */
export type Release = () => void

/**
 * Waits until this process holds the lock `file`, or until `enough` gives something to use instead, which it returns.
 * A lock whose holder has died, or that is older than `limit` ms, is broken. After `limit` ms in all the caller goes
 * on without: the lock saves work, correctness does not rest on it. Rejects with the signal's reason.
 */
export async function lockOr<T>(
  file: string,
  enough: () => T | undefined | Promise<T | undefined>,
  options: { readonly limit: number; readonly signal: AbortSignal },
): Promise<{ readonly found: T } | { readonly release: Release }> {
  const deadline = realNow() + options.limit
  let pause = 2
  for (;;) {
    options.signal.throwIfAborted()
    const release = take(file)
    // Asked with the lock in hand too: the last holder may have finished just before.
    const found = await enough()
    if (found !== undefined) {
      release?.()
      return { found }
    }
    if (release) return { release }
    if (realNow() > deadline) return { release: () => undefined }
    breakIfAbandoned(file, options.limit)
    await realDelay(pause)
    pause = Math.min(pause * 1.5, 25)
  }
}

function take(file: string): Release | undefined {
  const mark = `${process.pid} ${randomBytes(6).toString('hex')}`
  try {
    fs.writeFileSync(file, mark, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined
    throw error
  }
  return () => {
    if (read(file) === mark) fs.rmSync(file, { force: true })
  }
}

function breakIfAbandoned(file: string, limit: number): void {
  const content = read(file)
  if (content === undefined) return
  const pid = Number.parseInt(content, 10)
  const age = ageOf(file)
  // Without a pid it is being written at this moment, or its writer died between the two steps.
  const abandoned = age > limit || (pid > 0 ? !alive(pid) : age > 1000)
  if (abandoned && read(file) === content) fs.rmSync(file, { force: true })
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}

function ageOf(file: string): number {
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  return stats ? performance.timeOrigin + realNow() - stats.mtimeMs : 0
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
