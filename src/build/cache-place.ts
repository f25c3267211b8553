import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { SuperviseError, systemCode } from '../errors.ts'

/**
 * The directory that holds the outputs, created: `cacheDir`, else `.cache/vitest-supervise` in the nearest
 * `node_modules` at or above `cwd`. One that cannot be written to, or in which another user could put an agent that is then
 * run here, is passed over, for a private directory of this user under the system's temporary one, or at last for one of this process that goes when the process exits.
 * Throws `ERR_RUNTIME_DIR` when not even that can be made.
 */
export function cachePlace(options: {
  readonly cwd?: string | undefined
  readonly cacheDir?: string | undefined
}): string {
  const cwd = path.resolve(options.cwd ?? '.')
  const modules = nearestModules(cwd)
  if (options.cacheDir !== undefined) {
    const chosen = path.resolve(cwd, options.cacheDir)
    if (usable(chosen, cwd)) return chosen
  } else if (modules !== undefined) {
    const beside = path.join(modules, '.cache', 'vitest-supervise')
    if (usable(beside, cwd)) return beside
  }
  const shared = path.join(os.tmpdir(), `vitest-supervise-cache-${userMark()}`)
  return privateToUs(shared) ? shared : ownDirectory()
}

/** Whether `directory`, created if need be, is a real directory of this user's that nobody else can write to. */
export function privateToUs(directory: string): boolean {
  try {
    fs.mkdirSync(directory, { mode: 0o700 })
  } catch {
    // Somebody was first: who it was is looked at below.
  }
  try {
    const stats = fs.lstatSync(directory)
    if (!stats.isDirectory()) return false
    if (process.getuid === undefined) return true
    return stats.uid === process.getuid() && (stats.mode & 0o022) === 0
  } catch {
    return false
  }
}

let own: string | undefined

function ownDirectory(): string {
  if (own !== undefined && fs.existsSync(own)) return own
  const directory = makeOwn(os.tmpdir())
  process.once('exit', () => fs.rmSync(directory, { recursive: true, force: true }))
  own = directory
  return directory
}

function makeOwn(parent: string): string {
  try {
    return fs.mkdtempSync(path.join(parent, 'vitest-supervise-cache-'))
  } catch (cause) {
    throw new SuperviseError(
      'ERR_RUNTIME_DIR',
      `No directory can be made in ${parent} (${systemCode(cause) ?? String(cause)}), nor in \`node_modules\` or ` +
        '`cacheDir`. Compiled agents are kept there: make one of them writable, free some space, or set TMPDIR to a ' +
        'directory that exists and is yours.',
      { parent, cause },
    )
  }
}

function nearestModules(from: string): string | undefined {
  for (let directory = from; ; directory = path.dirname(directory)) {
    const modules = path.join(directory, 'node_modules')
    if (fs.existsSync(modules)) return modules
    if (directory === path.dirname(directory)) return undefined
  }
}

function usable(directory: string, cwd: string): boolean {
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o755 })
    fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK)
    return !openToOthers(directory, cwd)
  } catch {
    return false
  }
}

/** A directory in which names can be removed and replaced by those alone to whom they belong. */
const STICKY = 0o1000
const WRITABLE_BY_ALL = 0o002

/**
 * Whether a user whom nobody here has reason to trust may put something into the directory, or another one in its place. Trusted
 * are this user, root, and whoever owns `cwd`, with the tests in it. So is not whoever has made a `/tmp/node_modules`.
 */
function openToOthers(directory: string, cwd: string): boolean {
  if (process.getuid === undefined) return false
  const trusted = new Set([process.getuid(), 0, fs.statSync(cwd, { throwIfNoEntry: false })?.uid])
  const real = fs.realpathSync(directory)
  for (let at = real; ; at = path.dirname(at)) {
    const { uid, mode } = fs.statSync(at)
    if (!trusted.has(uid)) return true
    if ((mode & WRITABLE_BY_ALL) !== 0 && (at === real || (mode & STICKY) === 0)) return true
    if (at === path.dirname(at)) return false
  }
}

function userMark(): string {
  return process.getuid ? String(process.getuid()) : os.userInfo().username.replace(/[^\w-]/g, '_')
}
