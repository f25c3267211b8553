import fs from 'node:fs'
import path from 'node:path'

import { fileSystemNow } from './witness.ts'

/**
 * Removes what nobody has used for 14 days: other directories of the cache, and superseded files in `directory`,
 * into which something has just been published.
 */
export function prune(place: string, directory: string): void {
  try {
    const oldest = fileSystemNow(directory) - 14 * DAY_MS
    for (const name of fs.readdirSync(place)) {
      // Whatever else somebody keeps here is not ours.
      if (ENTRY.test(name) && path.join(place, name) !== directory)
        removeIfOld(path.join(place, name), oldest)
    }
    for (const name of fs.readdirSync(directory)) removeIfOld(path.join(directory, name), oldest)
  } catch {
    // Another process prunes too, or this is not the time: next time.
  }
}

const DAY_MS = 24 * 3600 * 1000
const ENTRY = /^[0-9a-f]{20}$/

function removeIfOld(file: string, oldest: number): void {
  const stats = fs.lstatSync(file, { throwIfNoEntry: false })
  if (stats && stats.mtimeMs < oldest) fs.rmSync(file, { recursive: true, force: true })
}
