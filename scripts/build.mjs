/*
 * Compiles everything to dist, then replaces what is published as an entry point by a bundle: a worker loads the package
 * for every test file, and fifty small modules take Node twice as long as a few large ones.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

import { declarationsOf } from './declarations.mjs'
import { addLicences, writeLicences } from './licences.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { exports: entries } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const published = Object.values(entries).flatMap((entry) => (entry.default ? [entry.default] : []))
const programs = [
  './dist/src/reap/reaper.js',
  './dist/src/explore/campaign/worker.js',
  './dist/src/cli/main.js',
]

rmSync(path.join(root, 'dist'), { recursive: true, force: true })
const tsc = path.join(
  path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
)
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
removeUnreached()
await build({
  absWorkingDir: root,
  entryPoints: [...published, ...programs].map((file) => file.replace('./dist/', '').replace(/\.js$/, '.ts')),
  outdir: 'dist',
  outbase: '.',
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
})
// Loaded by every child before all else, in whatever module system it is.
const preloads = await build({
  absWorkingDir: root,
  entryPoints: {
    'network/preload': 'src/network/preload/main.ts',
    'participants/preload': 'src/participants/preload/main.ts',
  },
  outdir: 'dist/src',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  legalComments: 'none',
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
  metafile: true,
  logLevel: 'warning',
})
// The page of a run, which src/report/page.ts puts into one file with its data.
const page = await build({
  absWorkingDir: root,
  entryPoints: [
    { in: 'src/report/page/main.tsx', out: 'page' },
    { in: 'src/report/page/page.css', out: 'page' },
  ],
  outdir: 'dist/src/report',
  bundle: true,
  minify: true,
  legalComments: 'eof',
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  tsconfig: 'src/report/page/tsconfig.json',
  alias: { 'd3-transition': './src/report/page/no-transition.ts' },
  metafile: true,
  logLevel: 'warning',
})
// What draws the pictures, with the packages that it draws them by: only who draws them loads it.
const picture = await build({
  absWorkingDir: root,
  entryPoints: { 'picture/main': 'src/report/picture/main.tsx' },
  outdir: 'dist/src/report',
  bundle: true,
  minify: true,
  legalComments: 'none',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  tsconfig: 'src/report/picture/tsconfig.json',
  metafile: true,
  logLevel: 'warning',
})
addLicences('dist/src/report/page.js', page.metafile)
writeLicences([picture.metafile, page.metafile, preloads.metafile])

/** Types that no entry point leads to are of no use to anybody: two thirds of them. */
function removeUnreached() {
  const types = Object.values(entries).flatMap((entry) => (entry.types ? [path.join(root, entry.types)] : []))
  const reached = new Set()
  for (const file of types) declarationsOf(file, reached)
  for (const name of readdirSync(path.join(root, 'dist'), { recursive: true })) {
    const file = path.join(root, 'dist', name)
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file)
  }
}
