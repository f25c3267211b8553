import fs from 'node:fs'
import path from 'node:path'

import { FORMAT, type Manifest, checkManifest, readManifest, renew, writeManifest } from './manifest.ts'
import type { Recipe } from './recipe.ts'
import { markUsed } from './used.ts'
import { sha256 } from './witness.ts'

/** The path of the recipe's output, from the cache under `place` or built now. */
export async function cachedOutput(place: string, recipe: Recipe, signal: AbortSignal): Promise<string> {
  const directory = directoryOf(place, recipe)
  const lookUp = () => lookUpOutput(directory, recipe)
  const cached = await lookUp()
  if (cached !== undefined) return cached
  fs.mkdirSync(directory, { recursive: true, mode: 0o755 })
  // Most calls end above: what they do not need is not loaded.
  const [{ lockOr }, { buildAndPublish }, { prune }] = await Promise.all([
    import('./lock.ts'),
    import('./publish.ts'),
    import('./prune.ts'),
  ])
  const lock = path.join(directory, 'lock')
  const turn = await lockOr(lock, lookUp, { limit: recipe.patience, signal })
  if ('found' in turn) return turn.found
  try {
    return await buildAndPublish(directory, recipe, signal)
  } finally {
    turn.release()
    prune(place, directory)
  }
}

/** The files among the inputs of the last successful build, however long ago. */
export function cachedInputs(place: string, recipe: Recipe): string[] {
  const inputs = readManifest(directoryOf(place, recipe))?.inputs ?? []
  return inputs.filter((input) => input.kind === 'file').map((input) => input.path)
}

async function lookUpOutput(directory: string, recipe: Recipe): Promise<string | undefined> {
  const manifest = readManifest(directory)
  if (manifest === undefined) return undefined
  const state = checkManifest(manifest)
  if (state === 'fresh') {
    markUsed(directory)
    return manifest.output.path
  }
  const renewed = await renewable(directory, recipe, manifest, state)
  if (renewed === undefined) return undefined
  writeManifest(directory, renewed)
  return renewed.output.path
}

async function renewable(
  directory: string,
  recipe: Recipe,
  manifest: Manifest,
  state: Exclude<ReturnType<typeof checkManifest>, 'fresh'>,
): Promise<Manifest | undefined> {
  if (state === 'same') return renew(directory, manifest)
  // Names came or went where the inputs are looked for: that need not have changed which files are the inputs.
  const onlyNames = state.changed.length > 0 && state.changed.every((input) => input.kind === 'directory')
  if (recipe.list === undefined || !onlyNames) return undefined
  return renew(directory, manifest, await recipe.list())
}

function directoryOf(place: string, recipe: Recipe): string {
  const identity = [
    FORMAT,
    recipe.identity,
    process.execPath,
    process.version,
    process.platform,
    process.arch,
  ]
  return path.join(place, sha256(JSON.stringify(identity)).slice(0, 20))
}
