import fs from 'node:fs'
import path from 'node:path'

import { packageRoot } from '../../package-root.ts'

/** What decides what a schedule comes to, besides the schedule. */
export function playVersions(): Readonly<Record<string, string>> {
  const manifest = fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')
  return {
    'vitest-supervise': (JSON.parse(manifest) as { version: string }).version,
    node: process.versions.node,
  }
}
