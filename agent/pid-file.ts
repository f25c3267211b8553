import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** Writes this process's pid into `file`, seen from `directory`. Returns the undo. Throws if it cannot. */
export function writePidFile(directory: string, file: string): () => void {
  const path = resolve(directory, file)
  writeFileSync(path, `${process.pid}\n`)
  return () => {
    try {
      rmSync(path, { force: true })
    } catch {
      // The directory went first, and the file with it.
    }
  }
}
