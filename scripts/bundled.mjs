import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a program of `test/lab`, which is shared with the tests and therefore TypeScript, which Node 20 cannot run. */
export async function runBundled(entry) {
  const outfile = path.join(root, '.lab', `bundled-${process.pid}.mjs`)
  mkdirSync(path.dirname(outfile), { recursive: true })
  await build({
    entryPoints: [path.join(root, 'test/lab', entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    target: 'node20',
  })
  try {
    await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(outfile)
  }
}
