import fs from 'node:fs'
import path from 'node:path'

import { writeAtomically } from './atomic-file.ts'
import type { RunEntry } from './entry.ts'
import { quoteForShell } from '../command-line.ts'
import { sha256 } from './witness.ts'
import { markUsed } from './used.ts'

/** The path of a small executable under `place` that becomes the program of `entry`, with its own arguments added. */
export function launcherFor(entry: RunEntry, place: string): string {
  const { text, extension } =
    process.platform === 'win32' ? batchLauncher(entry.run) : shellLauncher(entry.run)
  const hash = sha256(text)
  const directory = path.join(place, hash.slice(0, 20))
  const file = path.join(directory, `${path.parse(entry.run[0]).name.replace(/[^\w.-]/g, '_')}${extension}`)
  if (!intact(file, text)) {
    fs.mkdirSync(directory, { recursive: true, mode: 0o755 })
    writeAtomically(file, text, 0o755)
  }
  markUsed(directory)
  return file
}

interface Launcher {
  readonly text: string
  readonly extension: string
}

function shellLauncher(run: readonly string[]): Launcher {
  return { text: `#!/bin/sh\nexec ${run.map(quoteForShell).join(' ')} "$@"\n`, extension: '' }
}

/** Good for ordinary words; cmd.exe has no quoting for every one. */
function batchLauncher(run: readonly string[]): Launcher {
  const words = run.map((word) => `"${word.replaceAll('%', '%%').replaceAll('"', '""')}"`)
  return { text: `@${words.join(' ')} %*\r\n`, extension: '.cmd' }
}

function intact(file: string, text: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return fs.readFileSync(file, 'utf8') === text
  } catch {
    return false
  }
}
