import fs from 'node:fs'
import path from 'node:path'

/** The directory of this package, the same from its sources and from `dist`. */
export function packageRoot(): string {
  for (let directory = import.meta.dirname; ; directory = path.dirname(directory)) {
    if (nameOf(path.join(directory, 'package.json')) === 'vitest-supervise') return directory
    if (directory === path.dirname(directory)) {
      throw new Error(
        `No package.json of vitest-supervise above ${import.meta.dirname}: reinstall the package.`,
      )
    }
  }
}

let ownFolders: readonly string[] | undefined

/** Whether this line of a stack leads into this package. */
export function isOwnCode(line: string): boolean {
  ownFolders ??= ['src', 'fixtures', 'dist'].map((folder) => path.join(packageRoot(), folder, '/'))
  return ownFolders.some((folder) => line.includes(folder))
}

/** The compiled module of `source`, a path below the package's root such as `src/reap/reaper.ts`: Node 20 starts no TypeScript. */
export function builtFile(source: string): string {
  return path.join(packageRoot(), 'dist', source.replace(/\.ts$/, '.js'))
}

function nameOf(file: string): unknown {
  try {
    const content: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    return typeof content === 'object' && content !== null && 'name' in content ? content.name : undefined
  } catch {
    return undefined
  }
}
