import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A live process of a lab project. */
export interface LabProcess {
  readonly pid: number
  readonly ppid: number
  readonly command: string
  /** Which agent it is or was started by, if one. */
  readonly agent: string | undefined
}

const POLL_MS = 20
/** Vitest's own temporary files, which a killed run leaves: this package does not own them. */
const VITEST_FILE = /^[\w-]{21}$/

/**
 * Every live process that belongs to the project at `root`: its path is in the process's environment (`TMPDIR`, and what
 * lies below it), in its command or it is where the process is. Linux.
 */
export function processesOf(root: string): LabProcess[] {
  const found: LabProcess[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const environ = read(`/proc/${name}/environ`).split('\0')
    const command = read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim()
    if (![...environ, command, cwdOf(name)].some((text) => mentions(text, root))) continue
    const stat = read(`/proc/${name}/stat`)
    const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === undefined || state === '' || state === 'Z' || state === 'X') continue
    const agent = environ.find((variable) => variable.startsWith('SUPERVISE_AGENT='))
    found.push({ pid: Number(name), ppid: Number(ppid), command, agent: agent?.split('=')[1] })
  }
  return found
}

/** What a run has left in its directory for temporary files. */
export function directoriesIn(temporary: string): string[] {
  return readdirSync(temporary)
    .filter((name) => !VITEST_FILE.test(name))
    .map((name) => path.join(temporary, name))
}

/** Waits up to `limit` ms until `look` finds nothing; what it found last, and after how long. */
export async function untilNone<T>(
  look: () => readonly T[],
  limit: number,
): Promise<{ left: readonly T[]; after: number }> {
  const start = performance.now()
  for (;;) {
    const left = look()
    const after = performance.now() - start
    if (left.length === 0 || after > limit) return { left, after }
    await delay(POLL_MS)
  }
}

function mentions(text: string, root: string): boolean {
  const at = text.indexOf(root)
  return at !== -1 && !/[\w-]/.test(text.charAt(at + root.length))
}

function cwdOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return '' // It is gone, or another user's.
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
