import { once } from 'node:events'
import { lstat, readdir } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'

import { isAlive } from '../process/table/index.ts'
import { pidNamespace, readRecord, reaperAddress, type RunRecord } from './run-directory.ts'

const KEPT_FOR_MS = 3 * 24 * 60 * 60 * 1000
const UNRECORDED_FOR_MS = 60 * 60 * 1000

/** What has become of a run, seen from outside. */
export type RunState =
  /** Its owner lives, or, in another container, its reaper answers. */
  | 'alive'
  /** Its owner has died, and its reaper is at work. */
  | 'ending'
  /** Neither is there: what is left belongs to nobody. */
  | 'dead'
  /** It is over, and directories of its failed tests are kept for three days. */
  | 'kept'
  /** It is being made, or another container's, which may not have started its reaper yet. */
  | 'unclear'
  /** Another user's, who alone can tell. */
  | 'foreign'

/** A run that was found by its directory, or by its processes. */
export interface FoundRun {
  /** Its directory, which may have been removed. */
  readonly root: string
  readonly mark: string
  readonly state: RunState
  readonly owner?: RunRecord['owner']
  /** When its directory was made. Milliseconds since 1970. */
  readonly since?: number
  /** Directories of failed tests. */
  readonly kept: readonly string[]
}

/** The run whose directory this is; undefined if it is none of a run. Rejects when there is no such directory. */
export async function inspectRun(root: string): Promise<FoundRun | undefined> {
  const stats = await lstat(root)
  if (!stats.isDirectory()) return undefined
  const since = Math.round(stats.birthtimeMs || stats.mtimeMs)
  const found = { root, mark: path.basename(root), since, kept: [] }
  if (process.getuid && stats.uid !== process.getuid()) return { ...found, state: 'foreign' }
  const age = Date.now() - stats.mtimeMs
  const record = readRecord(root)
  if (!record) {
    // It may be just being made: its owner has not written the record yet. And it may be somebody else's altogether.
    if ((await readdir(root)).length > 0) return undefined
    return { ...found, state: age > UNRECORDED_FOR_MS ? 'dead' : 'unclear' }
  }
  const { owner, kept = [] } = record
  return { ...found, owner, kept, state: await stateOf(root, record, age) }
}

async function stateOf(root: string, record: RunRecord, age: number): Promise<RunState> {
  if (record.kept && age < KEPT_FOR_MS) return 'kept'
  const answering = await answers(reaperAddress(root))
  if (record.namespace === pidNamespace()) {
    if (isAlive(record.owner)) return 'alive'
    return answering ? 'ending' : 'dead'
  }
  if (answering) return 'alive'
  return age < UNRECORDED_FOR_MS ? 'unclear' : 'dead'
}

/** Whether somebody listens there. */
async function answers(address: string): Promise<boolean> {
  const socket = net.connect(address)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
