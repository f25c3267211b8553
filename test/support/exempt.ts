import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Whether this user may write into a directory that nobody may write into. */
export function isExempt(): boolean {
  const root = mkdtempSync(path.join(os.tmpdir(), 'exempt-'))
  try {
    chmodSync(root, 0o500)
    writeFileSync(path.join(root, 'probe'), '')
    return true
  } catch {
    return false
  } finally {
    chmodSync(root, 0o700)
    rmSync(root, { recursive: true })
  }
}
