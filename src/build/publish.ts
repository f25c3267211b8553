import fs from 'node:fs'
import path from 'node:path'

import { moveIntoPlace, writeAtomically } from './atomic-file.ts'
import { writeManifest } from './manifest.ts'
import type { Product, Recipe } from './recipe.ts'
import { type Witness, fileSystemNow, sha256, verify, witness } from './witness.ts'

/**
 * Builds in `directory`, and again while inputs change during it; the output's path. The manifest is written last:
 * only an output whose inputs are known is found by others.
 */
export async function buildAndPublish(
  directory: string,
  recipe: Recipe,
  signal: AbortSignal,
): Promise<string> {
  let before = recipe.list ? look(directory, await recipe.list()) : []
  for (let round = 1; ; round += 1) {
    signal.throwIfAborted()
    const startedAt = fileSystemNow(directory)
    const product = await recipe.build(directory, signal)
    const after = look(directory, product.inputs)
    const output = publish(directory, recipe.name, product)
    const settled = unchangedDuring(before, after, startedAt)
    // What never settles is used once, and built again by the next who asks.
    if (settled) writeManifest(directory, { output, inputs: after })
    if (settled || round === MAX_BUILDS) return output.path
    before = after
  }
}

// With directories that others fill (a build command that writes among its inputs) it may never settle.
const MAX_BUILDS = 3

// A file's time of change comes from a clock that ticks every 10 ms at worst.
const TICK_MS = 20

/** Whether what the build read is what `after` describes: an input may have changed between the two. */
function unchangedDuring(before: readonly Witness[], after: readonly Witness[], startedAt: number): boolean {
  const known = new Map(before.map((input) => [input.path, input.hash]))
  return after.every((input) => input.changedAt < startedAt - TICK_MS || known.get(input.path) === input.hash)
}

function look(directory: string, paths: readonly string[]): Witness[] {
  const now = fileSystemNow(directory)
  return paths.map((file) => witness(file, now))
}

function publish(directory: string, name: string, product: Product): Witness {
  const { content, extension } = product
  const hash = sha256(typeof content === 'string' ? content : fs.readFileSync(content.file))
  const file = path.join(directory, `${name}-${hash.slice(0, 12)}${extension}`)
  const now = fileSystemNow(directory)
  const there = witness(file, now)
  // An intact one may be running, or about to: it stays.
  if (there.hash === hash && isExecutable(file)) {
    if (typeof content !== 'string') fs.rmSync(content.file, { force: true })
    fs.utimesSync(file, now / 1000, now / 1000)
  } else if (typeof content === 'string') {
    writeAtomically(file, content, 0o755)
  } else {
    moveIntoPlace(content.file, file, 0o755)
  }
  const published = witness(file, now)
  if (published.hash !== hash || verify(published) === 'changed') {
    throw new Error(`${file} was changed by another program while it was being written.`)
  }
  return published
}

function isExecutable(file: string): boolean {
  return process.platform === 'win32' || (fs.statSync(file).mode & 0o111) === 0o111
}
