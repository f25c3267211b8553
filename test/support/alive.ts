import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Whether the process lives, asked of the system without our own process table. A zombie does not. */
export function alive(pid: number): boolean {
  const state = process.platform === 'linux' ? linuxState(pid) : psState(pid)
  return state !== '' && !state.startsWith('Z') && !state.startsWith('X')
}

/** Whether it lives and is stopped by a signal. */
export function stopped(pid: number): boolean {
  return (process.platform === 'linux' ? linuxState(pid) : psState(pid)).startsWith('T')
}

function linuxState(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
  } catch {
    return ''
  }
}

function psState(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}
