import { existsSync } from 'node:fs'
import path from 'node:path'

/** The root of this repository, wherever this module was bundled to. */
export const repository = findRoot(import.meta.dirname)

function findRoot(directory: string): string {
  if (existsSync(path.join(directory, 'tsconfig.build.json'))) return directory
  if (directory === path.dirname(directory))
    throw new Error('The repository of vitest-supervise is not here.')
  return findRoot(path.dirname(directory))
}
