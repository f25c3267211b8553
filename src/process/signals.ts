import { execFileSync } from 'node:child_process'

import { systemCode } from '../errors.ts'
import type { ProcessInfo } from './table/index.ts'
import { processTable } from './table/index.ts'

/**
 * Sends `signal` to every member of the process group `pgid`. False when it has none left.
 * Windows has neither groups nor signals: there SIGKILL ends the process and all it started, the others do nothing.
 */
export function signalGroup(pgid: number, signal: NodeJS.Signals): boolean {
  if (process.platform === 'win32') return signal === 'SIGKILL' && taskkill(pgid)
  return send(-pgid, signal)
}

/**
 * Sends `signal` to the process `pid`, a child of this one that has not been waited for. False when it has ended. On Windows
 * like `signalGroup`.
 */
export function signalLeader(pid: number, signal: NodeJS.Signals): boolean {
  return process.platform === 'win32' ? signalGroup(pid, signal) : send(pid, signal)
}

/** Sends `signal` to exactly this process, never to a later one with its pid. False when it is gone. */
export function signalProcess(target: ProcessInfo, signal: NodeJS.Signals): boolean {
  if (processTable.get(target.pid)?.startTime !== target.startTime) return false
  return send(target.pid, signal)
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    // EPERM: macOS says so of a group of zombies. A process of another user's is found, and reported, by who waits.
    if (systemCode(error) === 'ESRCH' || systemCode(error) === 'EPERM') return false
    throw error
  }
}

function taskkill(pid: number): boolean {
  try {
    execFileSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    return true
  } catch {
    return false // There is no such process any more.
  }
}
