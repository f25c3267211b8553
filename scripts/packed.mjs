import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of this repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Packs the package as it would be published, into `folder`, and gives back the tarball's path. */
export function pack(folder) {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  return path.join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')
}

/** Puts the packed package where `project` finds it. What it depends on is found in this repository. */
export function installPacked(project) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'packed-'))
  try {
    const target = path.join(project, 'node_modules', 'vitest-supervise')
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    execFileSync('tar', ['-xzf', pack(folder), '-C', target, '--strip-components=1'], { stdio: 'inherit' })
    return target
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
