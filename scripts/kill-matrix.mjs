/*
 * Kills test runs in every way, and counts what outlives them: `npm run kill-matrix -- --help`. The machinery is shared
 * with the tests and therefore TypeScript, which Node 20 cannot run.
 */
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const outfile = path.join(root, '.lab', `kill-matrix-${process.pid}.mjs`)

mkdirSync(path.dirname(outfile), { recursive: true })
await build({
  entryPoints: [path.join(root, 'test/lab/kill-matrix/cli.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
})
try {
  await import(pathToFileURL(outfile).href)
} finally {
  rmSync(outfile)
}
