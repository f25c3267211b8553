import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

import { systemCode } from '../../errors.ts'

/** What the file holds; undefined if it is not there. */
export function readShared(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Makes a file that several processes make at once, mode 0600, whole or not at all. Gives back what it then holds: the content
 * of whoever was first.
 */
export function shareFile(file: string, content: string): string {
  const temporary = `${file}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`
  writeFileSync(temporary, content, { flag: 'wx', mode: 0o600 })
  try {
    // Unlike a rename it never replaces what is there.
    linkSync(temporary, file)
    return content
  } catch (error) {
    const first = systemCode(error) === 'EEXIST' ? readShared(file) : undefined
    if (first === undefined) throw error
    return first
  } finally {
    rmSync(temporary, { force: true })
  }
}
