import fs from 'node:fs'
import path from 'node:path'

import { temporaryName, writeAtomically } from '../../build/atomic-file.ts'
import { SuperviseError, systemCode } from '../../errors.ts'
import type { Step } from './plan.ts'

/** Takes back what was written. */
type Undo = () => void

/**
 * Writes what the steps say, all or nothing: a file that was made meanwhile by somebody else is not overwritten, and when one
 * cannot be written those before it are taken back. Throws `ERR_INIT_FAILED`.
 */
export function writeFiles(directory: string, steps: readonly Step[]): void {
  const undo: Undo[] = []
  for (const { file, action, content } of steps) {
    if (content === undefined) continue
    const target = path.join(directory, file)
    try {
      if (action === 'update') update(target, content, undo)
      else create(target, content, undo)
    } catch (error) {
      for (const step of undo.toReversed()) step()
      throw failed(directory, file, error)
    }
  }
}

/** Throws `ERR_INIT_FAILED` when a file could not be written where the steps say. */
export function assertWritable(directory: string, steps: readonly Step[]): void {
  for (const { file, content } of steps) {
    if (content === undefined) continue
    try {
      fs.accessSync(
        nearestDirectory(path.dirname(path.join(directory, file))),
        fs.constants.W_OK | fs.constants.X_OK,
      )
    } catch (error) {
      throw failed(directory, file, error)
    }
  }
}

function create(file: string, content: string, undo: Undo[]): void {
  const first = fs.mkdirSync(path.dirname(file), { recursive: true })
  if (first !== undefined) undo.push(() => fs.rmSync(first, { recursive: true, force: true }))
  const temporary = temporaryName(file)
  try {
    fs.writeFileSync(temporary, content, { flag: 'wx' })
    appear(temporary, file)
  } finally {
    fs.rmSync(temporary, { force: true })
  }
  undo.push(() => fs.rmSync(file, { force: true }))
}

/** Unlike a rename, it fails when there is a file by now. */
function appear(temporary: string, file: string): void {
  try {
    fs.linkSync(temporary, file)
  } catch (error) {
    // Not every file system has links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? '')) throw error
    fs.copyFileSync(temporary, file, fs.constants.COPYFILE_EXCL)
  }
}

function update(file: string, content: string, undo: Undo[]): void {
  // A link stays one.
  const real = fs.realpathSync(file)
  const { mode } = fs.statSync(real)
  const before = fs.readFileSync(real, 'utf8')
  writeAtomically(real, content, mode & 0o7777)
  undo.push(() => writeAtomically(real, before, mode & 0o7777))
}

function nearestDirectory(directory: string): string {
  for (let at = directory; ; at = path.dirname(at)) {
    if (fs.existsSync(at)) {
      // What is no directory is an error here, and not when half of it is written.
      fs.readdirSync(at)
      return at
    }
  }
}

function failed(directory: string, file: string, cause: unknown): SuperviseError {
  return new SuperviseError(
    'ERR_INIT_FAILED',
    `${path.join(directory, file)} cannot be written (${systemCode(cause) ?? String(cause)}), and so nothing was. ` +
      'Make its directory one that you may write to.',
    { file, cause },
  )
}
