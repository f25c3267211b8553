import { execFileSync } from 'node:child_process'

import { repository } from './repository.ts'

let packed: string[] | undefined

/** What npm would publish: paths in the repository. */
export function packedFiles(): string[] {
  if (packed) return packed
  const [tarball] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--silent'], {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ files: { path: string }[] }]
  packed = tarball.files.map((file) => file.path)
  return packed
}
