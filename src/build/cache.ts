import fs from 'node:fs'
import path from 'node:path'

import { moveIntoPlace, writeAtomically } from './atomic-file.ts'
import { lockOr } from './lock.ts'
import { FORMAT, type Manifest, checkManifest, readManifest, renew, writeManifest } from './manifest.ts'
import { markUsed, prune } from './prune.ts'
import { type Witness, fileSystemNow, sha256, verify, witness } from './witness.ts'

/** How one output is made. */
export interface Recipe {
  /** All that the output depends on and that no file says; serialisable. */
  readonly identity: unknown
  /** What the output is called, before its hash. */
  readonly name: string
  /** How long another process may take over the same build before we do it ourselves, in ms. */
  readonly patience: number
  /** The paths that the output depends on, where they can be known without building. */
  list?(): Promise<readonly string[]>
  /** `directory` is on the file system of the cache, and for temporary files. */
  build(directory: string, signal: AbortSignal): Promise<Product>
}

export interface Product {
  /** The output's text, or the path of a temporary file that is the output. */
  readonly content: string | { readonly file: string }
  readonly extension: string
  /** Absolute paths of what the output depends on: files, directories whose names matter, and what must be absent. */
  readonly inputs: readonly string[]
}

/** The path of the recipe's output, from the cache under `place` or built now. */
export async function cachedOutput(place: string, recipe: Recipe, signal: AbortSignal): Promise<string> {
  const directory = directoryOf(place, recipe)
  const lookUp = () => lookUpOutput(directory, recipe)
  const cached = await lookUp()
  if (cached !== undefined) return cached
  fs.mkdirSync(directory, { recursive: true })
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

// With directories that others fill (a build command that writes among its inputs) it may never settle.
const MAX_BUILDS = 3

// A file's time of change comes from a clock that ticks every 10 ms at worst.
const TICK_MS = 20

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

async function buildAndPublish(directory: string, recipe: Recipe, signal: AbortSignal): Promise<string> {
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
