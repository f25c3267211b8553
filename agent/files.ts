import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { die } from './complain.ts'

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

/** Appends a line to `file`, seen from `directory`. The process ends if it cannot. */
export function appendLine(directory: string, { file, text }: { file: string; text: string }): void {
  try {
    appendFileSync(resolve(directory, file), `${text}\n`)
  } catch (error) {
    die(`${error instanceof Error ? error.message : String(error)}.`)
  }
}
