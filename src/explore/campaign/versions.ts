import { createRequire } from 'node:module'

import { playVersions } from '../replay/play-versions.ts'

/** What decides, besides the seed, which schedules are played, and what they come to. */
export function exploreVersions(): Readonly<Record<string, string>> {
  const require = createRequire(import.meta.url)
  const versionOf = (name: string): string => (require(`${name}/package.json`) as { version: string }).version
  return { ...playVersions(), 'fast-check': versionOf('fast-check'), 'pure-rand': versionOf('pure-rand') }
}
