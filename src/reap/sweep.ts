import { readdir } from 'node:fs/promises'
import path from 'node:path'

import { inspectRun } from './found-run.ts'
import { reapRun } from './reap-run.ts'
import { RUN_PREFIX } from './run-directory.ts'

/**
 * Removes from `parent` what runs left there that could not clean up, because the machine or the reaper died with
 * them: their processes and their directories. A run whose owner lives or whose reaper answers is never touched,
 * however old it is. Never rejects: what cannot be removed stays, and the command `reap` tells of it.
 */
export async function sweep(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => [])
  await Promise.all(
    names
      .filter((name) => name.startsWith(RUN_PREFIX))
      .map((name) => sweepRun(path.join(parent, name)).catch(() => {})),
  )
}

async function sweepRun(root: string): Promise<void> {
  const run = await inspectRun(root)
  if (run?.state === 'dead') await reapRun(run)
}
