import { readFileSync } from 'node:fs'

/** The limits of a process as `prlimit` calls them, and as `/proc/self/limits` does. */
const NAMES = {
  core: 'Max core file size',
  cpu: 'Max cpu time',
  data: 'Max data size',
  fsize: 'Max file size',
  nofile: 'Max open files',
  nproc: 'Max processes',
} as const

type Limit = keyof typeof NAMES

/**
 * Sets limits of this process: a number is the soft limit, a pair the soft and the hard one. Throws `Error` unless they
 * are in force then. Linux.
 */
export function limit(limits: Partial<Record<Limit, number | readonly [soft: number, hard: number]>>): void {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const entries = Object.entries(limits).map(
    ([name, value]) => [name as Limit, typeof value === 'number' ? [value] : value] as const,
  )
  const options = entries.map(([name, [soft, hard]]) => `--${name}=${soft}:${hard ?? ''}`)
  spawnSync('prlimit', ['--pid', String(process.pid), ...options], { stdio: 'ignore' })
  const now = readFileSync('/proc/self/limits', 'latin1')
  for (const [name, [soft]] of entries) {
    const line = now.split('\n').find((one) => one.startsWith(NAMES[name])) ?? ''
    if (line.slice(NAMES[name].length).trim().split(/\s+/)[0] !== String(soft)) {
      throw new Error(`the system did not take the limit ${options.join(' ')}`)
    }
  }
}
