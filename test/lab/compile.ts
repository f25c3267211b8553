import { chmodSync } from 'node:fs'
import path from 'node:path'

import { buildSync } from 'esbuild'

import { repository } from './repository.ts'

/** Compiles a program of this repository, named from its root, to an executable: to `outfile`, which is given back. */
export function compile(entry: string, outfile: string): string {
  buildSync({
    entryPoints: [path.join(repository, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: outfile.endsWith('.mjs') ? 'esm' : 'cjs',
    target: 'node20',
    logLevel: 'error',
    banner: { js: `#!${process.execPath}` },
  })
  chmodSync(outfile, 0o755)
  return outfile
}
