import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'

import { assertSocketPath, makeDirectory } from '../directory.ts'
import { processTable } from '../process/table/index.ts'

/** Every run has a directory of this name, and what follows is its id. */
export const RUN_PREFIX = 'vs-'
const RECORD = 'run.json'

/** Written into a run's directory: who it belongs to. */
export interface RunRecord {
  readonly mark: string
  readonly owner: { readonly pid: number; readonly startTime: string }
  /** Whose pids those are: containers that share a temporary directory have pids of their own. */
  readonly namespace: string
  /** Directories of failed tests that were kept when the run had ended. */
  readonly kept?: readonly string[]
}

/**
 * Chooses the directory of a new run below `parent`, which is not made yet. Its name is the run's mark.
 * Throws `ERR_PATH_TOO_LONG` when an agent could have no socket there.
 */
export function chooseRunDirectory(parent: string): string {
  const root = path.join(path.resolve(parent), `${RUN_PREFIX}${randomBytes(4).toString('hex')}`)
  assertSocketPath(path.join(root, 'XXXXXX', 'XXXXXX', 'agent.sock'))
  return root
}

/** Makes the directory, for this process. Rejects as `makeDirectory` does. */
export async function makeRunDirectory(root: string): Promise<void> {
  await makeDirectory(path.dirname(root), path.basename(root))
  const { pid } = process
  writeRecord(root, {
    mark: path.basename(root),
    owner: { pid, startTime: processTable.get(pid)?.startTime ?? '' },
    namespace: pidNamespace(),
  })
}

/** Where the reaper of a run listens. */
export function reaperAddress(root: string): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\${path.basename(root)}-reaper`
    : path.join(root, 'reaper.sock')
}

/** Removes a directory of a run, but for the directories in `kept`. */
export async function removeExcept(dir: string, kept: ReadonlySet<string>): Promise<void> {
  const below = [...kept].filter((file) => file === dir || file.startsWith(dir + path.sep))
  if (below.length === 0) return rm(dir, { recursive: true, force: true, maxRetries: 3 })
  if (kept.has(dir)) return
  const entries = await readdir(dir).catch(() => [])
  await Promise.all(entries.map((entry) => removeExcept(path.join(dir, entry), kept)))
}

/**
 * Removes the directory of a run of the process `owner` that has ended. What is kept stays three days, with a record of
 * it. A directory that is not that run's is left alone.
 */
export async function removeRunDirectory(
  root: string,
  owner: number,
  kept: ReadonlySet<string>,
): Promise<void> {
  const record = readRecord(root)
  if (!record) {
    // An owner that died while it made its directory has left it empty, or with the beginning of a record.
    await rm(path.join(root, RECORD), { force: true }).catch(() => {})
    return rmdir(root).catch(() => {})
  }
  if (record.owner.pid !== owner) return
  await removeExcept(root, kept)
  if (kept.size > 0) writeRecord(root, { ...record, kept: [...kept] })
}

function writeRecord(root: string, record: RunRecord): void {
  writeFileSync(path.join(root, RECORD), JSON.stringify(record), { mode: 0o600 })
}

/** What the directory says of itself; undefined when it is none of a run, or is not finished. */
export function readRecord(root: string): RunRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(path.join(root, RECORD), 'utf8')) as RunRecord
    if (record.mark !== path.basename(root) || typeof record.owner.pid !== 'number') return undefined
    return record.kept === undefined ? record : { ...record, kept: textsIn(record.kept) }
  } catch {
    return undefined
  }
}

/** Of a list that is damaged what can be read: there is something that is to be kept, whatever that is. */
function textsIn(kept: unknown): string[] {
  return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : []
}

/** Names the namespace that this process's pids are of; the same everywhere where there are none. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
