import type * as Esbuild from 'esbuild'
import { createRequire } from 'node:module'

/**
 * Runs `work` with an esbuild of our own, loaded on first use. Its service process is stopped when nobody is at work
 * any more, so that no child of ours is left.
 */
export async function withEsbuild<T>(work: (esbuild: typeof Esbuild) => Promise<T>): Promise<T> {
  instance ??= loadPrivately()
  const esbuild = instance
  working += 1
  try {
    return await work(esbuild)
  } finally {
    working -= 1
    if (working === 0) await esbuild.stop()
  }
}

const require = createRequire(import.meta.url)
let instance: typeof Esbuild | undefined
let working = 0

/**
 * A copy that nobody else in this process has: Vite 7 and its plugins use the shared one, and stopping that fails
 * whatever they are transforming at the moment.
 */
function loadPrivately(): typeof Esbuild {
  const file = require.resolve('esbuild')
  const shared = require.cache[file]
  delete require.cache[file]
  try {
    return require(file) as typeof Esbuild
  } finally {
    if (shared) require.cache[file] = shared
    else delete require.cache[file]
  }
}
