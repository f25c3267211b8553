import fs from 'node:fs'
import path from 'node:path'

import { writeAtomically } from './atomic-file.ts'
import { type Witness, fileSystemNow, verify, witness } from './witness.ts'

/** What an output was made from, and the output itself: kept beside it. */
export interface Manifest {
  readonly output: Witness
  readonly inputs: readonly Witness[]
}

/** Goes into every cache key: raise it when manifests or outputs of an older version must not be used. */
export const FORMAT = 1

/** Undefined if there is none, or none that can be read. */
export function readManifest(directory: string): Manifest | undefined {
  try {
    const found: unknown = JSON.parse(fs.readFileSync(manifestFile(directory), 'utf8'))
    return isManifest(found) ? found : undefined
  } catch {
    return undefined
  }
}

export function writeManifest(directory: string, manifest: Manifest): void {
  writeAtomically(manifestFile(directory), JSON.stringify(manifest), 0o600)
}

/**
 * Whether the output is there and still what its inputs make. `fresh`: their stats agree. `same`: some had to be
 * read, see {@link renew}. Else the inputs that changed; none if it is the output that is gone or damaged.
 */
export function checkManifest(
  manifest: Manifest,
): 'fresh' | 'same' | { readonly changed: readonly Witness[] } {
  const output = verify(manifest.output)
  if (output === 'changed' || !executable(manifest.output.path)) return { changed: [] }
  let read = output === 'same'
  const changed = manifest.inputs.filter((input) => {
    const state = verify(input)
    if (state === 'same') read = true
    return state === 'changed'
  })
  if (changed.length > 0) return { changed }
  return read ? 'same' : 'fresh'
}

/**
 * The manifest with stats of now, so that the next check need not read the files again; undefined if something
 * changed since it was checked. `paths` are the inputs' own, unless given.
 */
export function renew(
  directory: string,
  manifest: Manifest,
  paths: readonly string[] = manifest.inputs.map((input) => input.path),
): Manifest | undefined {
  const now = fileSystemNow(directory)
  const before = new Map(manifest.inputs.map((input) => [input.path, input]))
  const inputs = paths.map((file) => witness(file, now))
  const output = witness(manifest.output.path, now)
  const unlike = (a: Witness) => a.kind !== 'directory' && a.hash !== before.get(a.path)?.hash
  return output.hash !== manifest.output.hash || inputs.some(unlike) ? undefined : { output, inputs }
}

function manifestFile(directory: string): string {
  return path.join(directory, 'manifest.json')
}

function executable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return true
  } catch {
    return false
  }
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'output' in value &&
    isWitness(value.output) &&
    'inputs' in value &&
    Array.isArray(value.inputs) &&
    value.inputs.every(isWitness)
  )
}

function isWitness(value: unknown): value is Witness {
  return (
    typeof value === 'object' &&
    value !== null &&
    'path' in value &&
    typeof value.path === 'string' &&
    'hash' in value &&
    typeof value.hash === 'string'
  )
}
