import fs from 'node:fs'
import path from 'node:path'

import { packageRoot } from '../package-root.ts'

/** The version of this package. */
export function ownVersion(): string {
  const manifest = fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
