import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { buildSync } from 'esbuild'
import { afterAll } from 'vitest'

/** Compiles a program of this repository, named from its root, to an executable, gone when the test file is done. */
export function buildProgram(entry: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'agent-test-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const outfile = join(directory, 'program.cjs')
  buildSync({
    entryPoints: [fileURLToPath(new URL(`../../${entry}`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    banner: { js: `#!${process.execPath}` },
  })
  chmodSync(outfile, 0o755)
  return outfile
}
