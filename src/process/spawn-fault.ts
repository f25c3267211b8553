import { rmSync, writeFileSync } from 'node:fs'

import type { SpawnFault } from './fault-source.ts'

/**
 * Starts something in a way that the system refuses: `start` gets a path at which there is no file, or one that nobody
 * may execute, so that the error is the system's own. What it starts meanwhile from elsewhere is not disturbed.
 * @param path a path at which nothing is
 */
export function startFaulty<T>(fault: SpawnFault, path: string, start: (file: string) => T): T {
  if (fault === 'notFound') return start(path)
  // Without one execute bit not even root may.
  writeFileSync(path, '#!/bin/sh\nexit 0\n', { mode: 0o600 })
  try {
    return start(path)
  } finally {
    rmSync(path, { force: true })
  }
}
