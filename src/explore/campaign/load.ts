import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { cachedOutput } from '../../build/cache.ts'
import { cachePlace } from '../../build/cache-place.ts'
import { withEsbuild } from '../../build/esbuild-service.ts'
import type { Product } from '../../build/recipe.ts'
import { sourceInputs } from '../../build/source-inputs.ts'
import { messageOf, SuperviseError } from '../../errors.ts'
import { Collector } from './collector.ts'
import { explorationsPlugin, PLACE_DEFINES } from './explorations-plugin.ts'
import { registry, setRegistry } from './registry.ts'

/**
 * Compiles a file that calls `explore` to a module that, loaded by {@link collectExplorations}, declares them and runs no test.
 * It is compiled again when any file that it was made from has changed. The module lies in the cache of the nearest
 * `node_modules`, so that packages are found from there as from the file.
 * @returns the absolute path of the module
 * @throws SuperviseError `ERR_EXPLORE_LOAD`; the signal's reason if it aborts first
 */
export async function compileExplorations(file: string, signal: AbortSignal): Promise<string> {
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile())
    throw cannotLoad(file, 'There is no such file.', undefined)
  const require = createRequire(import.meta.url)
  const { version: esbuild } = require('esbuild/package.json') as { version: string }
  const recipe = {
    identity: ['explorations', FORMAT, file, esbuild],
    name: path.parse(file).name.replace(/[^\w.-]/g, '_'),
    patience: 15_000,
    build: () => compile(file),
  }
  try {
    return await cachedOutput(cachePlace({ cwd: path.dirname(file) }), recipe, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof SuperviseError) throw error
    throw cannotLoad(file, reasonOf(error), error)
  }
}

/**
 * Loads what {@link compileExplorations} has made, once a thread.
 * @throws SuperviseError `ERR_EXPLORE_LOAD`
 */
export function collectExplorations(module: string, file: string): Promise<Collector> {
  const collected = ofThread.get(module) ?? collect(module, file)
  ofThread.set(module, collected)
  return collected
}

/** A module declares its explorations when it is first loaded, and never again. */
const ofThread = new Map<string, Promise<Collector>>()

async function collect(module: string, file: string): Promise<Collector> {
  const collector = new Collector()
  const before = registry()
  setRegistry(collector)
  try {
    await import(pathToFileURL(module).href)
    await collector.close()
    return collector
  } catch (error) {
    throw cannotLoad(file, reasonOf(error), error)
  } finally {
    setRegistry(before)
  }
}

/** What is wrong with an exploration whose scenario has used this of Vitest: see `Collector.missed`. */
export function usesVitest(missed: string, exploration: string): string {
  return `The scenario of "${exploration}" uses \`${missed}\` of Vitest, which only tests of Vitest have. Use an invariant.`
}

/** Raise it when modules that an older version has compiled must not be used. */
const FORMAT = 1

async function compile(file: string): Promise<Product> {
  const cwd = path.dirname(file)
  return withEsbuild(async (esbuild) => {
    const bundle = await esbuild.build({
      entryPoints: [file],
      absWorkingDir: cwd,
      outfile: path.join(cwd, 'explorations.mjs'), // never written: names the output in the metafile
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      target: 'node20.19',
      format: 'esm',
      // Without `module`, which Node does not know.
      conditions: ['node'],
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      define: PLACE_DEFINES,
      banner: { js: requireFrom(file) },
      plugins: [explorationsPlugin],
    })
    return {
      content: bundle.outputFiles[0]?.text ?? '',
      extension: '.mjs',
      inputs: sourceInputs(bundle.metafile, cwd),
    }
  })
}

/** For bundled CommonJS. esbuild renames a `require` of the user's own out of the way. */
function requireFrom(file: string): string {
  const url = JSON.stringify(pathToFileURL(file).href)
  return (
    `import { createRequire as __superviseCreateRequire } from 'node:module';\n` +
    `const require = __superviseCreateRequire(${url});\n`
  )
}

function cannotLoad(file: string, why: string, cause: unknown): SuperviseError {
  return new SuperviseError(
    'ERR_EXPLORE_LOAD',
    `${file} cannot be loaded for its explorations alone, as worker threads and the command do it, without Vitest: ${why}`,
    { path: file, ...(cause !== undefined && { cause }) },
  )
}

/** The first of esbuild's messages, if there are any. */
function reasonOf(error: unknown): string {
  const [first] = (error as { errors?: readonly { text?: string; location?: Location }[] }).errors ?? []
  if (first?.text !== undefined) {
    const { file, line } = first.location ?? {}
    return first.text + (file === undefined ? '.' : ` (${file}, line ${line}).`)
  }
  return messageOf(error)
}

type Location = { readonly file?: string; readonly line?: number } | null
