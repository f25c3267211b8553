import fs from 'node:fs'

import { realNow } from '../real-time.ts'

/** Remembers that the outputs in `directory` are in use. At most once a day does this write anything. */
export function markUsed(directory: string): void {
  // A test may have replaced Date.
  const now = performance.timeOrigin + realNow()
  try {
    if (now - fs.statSync(directory).mtimeMs > DAY_MS) fs.utimesSync(directory, now / 1000, now / 1000)
  } catch {
    // A cache that cannot be written to can still be read.
  }
}

const DAY_MS = 24 * 3600 * 1000
