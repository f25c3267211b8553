import { chmodSync, mkdtempSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { codeOf, systemCode } from '../system-code.ts'
import { text } from './options.ts'
import type { Fault, FaultOptions, Stage } from './stage.ts'

export const filesystem: Readonly<Record<string, Fault>> = {
  /** Puts what is no number into the pid file `file`, by default that of the script. */
  corruptPidFile(options, stage, confirm) {
    const { file, path } = pidFile(options, stage)
    writeFileSync(path, 'corrupt\u0000\n')
    confirm({ file, content: readFileSync(path, 'utf8') })
  },
  /** Puts the pid of a process that is gone into the pid file `file`, by default that of the script. */
  stalePidFile(options, stage, confirm) {
    const { file, path } = pidFile(options, stage)
    const { spawnSync } = process.getBuiltinModule('node:child_process')
    const { pid } = spawnSync(process.execPath, ['--version'])
    writeFileSync(path, `${pid}\n`)
    confirm({ file, code: codeOf(() => process.kill(Number(readFileSync(path, 'utf8')), 0)) })
  },
  ...(process.platform === 'win32' ? {} : { unwritableDirectory, removedDirectory }),
  ...(process.platform === 'linux' ? { fullDisk } : {}),
}

/** Takes from the directory `path` the permission to write there. */
function unwritableDirectory(...[options, stage, confirm]: Parameters<Fault>): void {
  const path = resolve(stage.runtimeDir, text(options, 'path'))
  const { mode } = statSync(path)
  chmodSync(path, mode & 0o555)
  const probe = join(path, '.vitest-supervise')
  try {
    writeFileSync(probe, '')
  } catch (error) {
    return confirm({ code: systemCode(error) ?? String(error) })
  }
  unlinkSync(probe)
  chmodSync(path, mode)
  throw new Error('this user may write where nobody may, as root does')
}

/** Removes the directory in which this process works, which is a new one. */
function removedDirectory(...[, stage, confirm]: Parameters<Fault>): void {
  const path = mkdtempSync(join(stage.runtimeDir, 'gone-'))
  process.chdir(path)
  rmdirSync(path)
  confirm({ code: codeOf(() => process.cwd()) })
}

/** Has every write to a regular file fail, by ENOSPC of /dev/full. */
function fullDisk(...[, stage, confirm]: Parameters<Fault>): void {
  const code = codeOf(() => writeFileSync('/dev/full', '\n'))
  stage.fillDisk()
  confirm({ code })
}

function pidFile(options: FaultOptions, stage: Stage): { readonly file: string; readonly path: string } {
  const file = options['file'] === undefined ? stage.script.pidFile : text(options, 'file')
  if (file === undefined) throw new Error('its script writes no pid file, so `file` must name one')
  return { file, path: resolve(stage.runtimeDir, file) }
}
