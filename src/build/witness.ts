import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'

/** What a path was like when something was made from it: a file's content, a directory's names, or absence. */
export interface Witness {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'absent'
  /** Says that nothing changed, unless `racy`. */
  readonly stat: string
  /** Says what it was. */
  readonly hash: string
  /** It changed so shortly before it was looked at that it may since have changed without its `stat` showing it. */
  readonly racy: boolean
  /** When it last changed: ms since 1970 by the file system's clock, 0 if absent. */
  readonly changedAt: number
}

/** Looks at `file` now; `now` is {@link fileSystemNow}, taken before. */
export function witness(file: string, now: number): Witness {
  // First the stat, then the content: a change in between shows in the next stat.
  const stats = statOf(file)
  const changedAt = stats ? Number(stats.ctimeNs > stats.mtimeNs ? stats.ctimeNs : stats.mtimeNs) / 1e6 : 0
  return {
    path: file,
    kind: stats === undefined ? 'absent' : stats.isDirectory() ? 'directory' : 'file',
    stat: signature(stats),
    hash: digest(file, stats),
    racy: changedAt >= now - RACY_MS,
    changedAt,
  }
}

/**
 * `unchanged` if the stat alone proves it; `same` if the content, or the names in the directory, are what they were;
 * else `changed`.
 */
export function verify(known: Witness): 'unchanged' | 'same' | 'changed' {
  const stats = statOf(known.path)
  if (!known.racy && signature(stats) === known.stat) return 'unchanged'
  return digest(known.path, stats) === known.hash ? 'same' : 'changed'
}

/**
 * The file system's own time, ms since 1970, by touching `directory`: comparable with the times of files whatever the
 * process's clocks are or a test has made of them.
 */
export function fileSystemNow(directory: string): number {
  const probe = `${directory}/.now-${randomBytes(6).toString('hex')}`
  fs.closeSync(fs.openSync(probe, 'wx', 0o600))
  try {
    return fs.statSync(probe).ctimeMs
  } finally {
    fs.rmSync(probe, { force: true })
  }
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

// Kernels stamp files with a clock that ticks every 1 to 10 ms; the rest is margin.
const RACY_MS = 50

function statOf(file: string): fs.BigIntStats | undefined {
  try {
    return fs.statSync(file, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined // ENOTDIR, EACCES: not there for a compiler either
  }
}

function signature(stats: fs.BigIntStats | undefined): string {
  return stats === undefined ? '' : `${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.ino}`
}

function digest(file: string, stats: fs.BigIntStats | undefined): string {
  if (stats === undefined) return ''
  try {
    if (!stats.isDirectory()) return sha256(fs.readFileSync(file))
    // Editors come and go with hidden names; no import resolves to one by itself.
    const names = fs.readdirSync(file).filter((name) => !name.startsWith('.'))
    return sha256(names.sort().join('\0'))
  } catch {
    return ''
  }
}
