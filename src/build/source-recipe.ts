import { createRequire } from 'node:module'
import path from 'node:path'

import type { SourceEntry } from './entry.ts'
import type { Recipe } from './recipe.ts'

/** Compiles a TypeScript or JavaScript file: see `compileSource`. */
export function sourceRecipe(entry: SourceEntry): Recipe {
  return {
    identity: ['source', entry.file, esbuildVersion()],
    name: path.parse(entry.file).name.replace(/[^\w.-]/g, '_'),
    patience: 15_000,
    build: async () => (await import('./compile-source.ts')).compileSource(entry),
  }
}

/** Without loading it. */
function esbuildVersion(): string {
  const { version } = createRequire(import.meta.url)('esbuild/package.json') as { version: string }
  return version
}
