import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { packageRoot } from '../package-root.ts'

/** What decides, besides the seed, which schedules are played, and what they come to. */
export function exploreVersions(): Readonly<Record<string, string>> {
  const manifest = fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')
  const require = createRequire(import.meta.url)
  const versionOf = (name: string): string => (require(`${name}/package.json`) as { version: string }).version
  return {
    'vitest-supervise': (JSON.parse(manifest) as { version: string }).version,
    'fast-check': versionOf('fast-check'),
    'pure-rand': versionOf('pure-rand'),
    node: process.versions.node,
  }
}
