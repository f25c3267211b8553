import { readFileSync } from 'node:fs'
import path from 'node:path'

import { pagesIn } from '../../docs/.vitepress/sidebar.ts'
import { repository } from '../lab/repository.ts'

/** The documents for users: paths in the repository. */
export const documents: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...pagesIn(path.join(repository, 'docs'))
    // Made from doc comments when the site is built, which looks at their links.
    .filter((page) => !page.startsWith('api/'))
    .map((page) => `docs/${page}.md`),
]

/** The text of a file of the repository. */
export function read(file: string): string {
  return readFileSync(path.join(repository, file), 'utf8')
}
