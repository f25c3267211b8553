import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { repository } from '../lab/repository.ts'

/** The documents for users: paths in the repository. */
export const documents: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(path.join(repository, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
]

/** The text of a file of the repository. */
export function read(file: string): string {
  return readFileSync(path.join(repository, file), 'utf8')
}
