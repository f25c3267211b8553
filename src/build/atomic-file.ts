import { randomBytes } from 'node:crypto'
import fs from 'node:fs'

import { systemCode } from '../errors.ts'

/** Writes a whole file or none: readers see the old content or the new. `mode` is set whatever the umask is. */
export function writeAtomically(file: string, content: string, mode: number): void {
  const temporary = temporaryName(file)
  try {
    fs.writeFileSync(temporary, content, { flag: 'wx', mode })
    fs.chmodSync(temporary, mode)
    replace(temporary, file)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
}

/**
 * Makes `temporary`, complete and on the same file system, appear as `file` with this mode. It is on the disk before
 * it has the name, so that a crash leaves no executable of zeros behind.
 */
export function moveIntoPlace(temporary: string, file: string, mode: number): void {
  fs.chmodSync(temporary, mode)
  const descriptor = fs.openSync(temporary, 'r')
  try {
    fs.fsyncSync(descriptor)
  } catch (error) {
    // Windows flushes only what is open for writing.
    if (systemCode(error) !== 'EPERM') throw error
  } finally {
    fs.closeSync(descriptor)
  }
  replace(temporary, file)
}

/** A name of the same directory that nobody else uses. */
export function temporaryName(file: string): string {
  return `${file}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`
}

function replace(temporary: string, file: string): void {
  try {
    fs.renameSync(temporary, file)
  } catch (error) {
    // Windows refuses to replace a file that is running or being read; names are content, so it is as good.
    const refused =
      systemCode(error) === 'EPERM' || systemCode(error) === 'EACCES' || systemCode(error) === 'EBUSY'
    if (process.platform !== 'win32' || !refused || !fs.existsSync(file)) throw error
    fs.rmSync(temporary, { force: true })
  }
}
