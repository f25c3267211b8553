import type { Metafile } from 'esbuild'
import fs from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'

import { tsconfigChain } from './tsconfig.ts'

/**
 * All that a bundle depends on, as absolute paths: the files in it; the `tsconfig.json` and `package.json` that
 * govern them; the directories in which a new file could take an import's place; and places where a package or a
 * configuration file would be found before the one that was, were it there.
 */
export function sourceInputs(metafile: Metafile, base: string): string[] {
  const paths = new Set<string>()
  const visited = new Set<string>()
  for (const [name, input] of Object.entries(metafile.inputs)) {
    const file = path.resolve(base, name.replace(/^\(disabled\):/, '').replace(/[?#].*$/, ''))
    // Others are esbuild's own: <runtime>, data: URLs.
    if (!fs.existsSync(file)) continue
    const directory = path.dirname(file)
    paths.add(file).add(directory)
    if (!visited.has(directory)) for (const config of configurations(directory)) paths.add(config)
    visited.add(directory)
    for (const { original, path: target } of input.imports) {
      for (const place of placesOf(original ?? target, directory)) paths.add(place)
    }
  }
  return [...paths]
}

function configurations(directory: string): string[] {
  const manifests = upTo(directory, 'package.json')
  // esbuild ignores those of packages.
  if (/[/\\]node_modules[/\\]/.test(directory)) return manifests
  const configs = upTo(directory, 'tsconfig.json')
  const nearest = configs.at(-1)
  return [...manifests, ...configs, ...(nearest ? tsconfigChain(nearest) : [])]
}

/** Where an import is looked for, as far as the imported file itself does not tell. */
function placesOf(specifier: string, directory: string): string[] {
  if (/^\.{0,2}[/\\]|^\.{1,2}$/.test(specifier)) return [path.dirname(path.resolve(directory, specifier))]
  if (/^(#|<|[a-z][a-z\d+.-]+:)/i.test(specifier) || isBuiltin(specifier)) return []
  const [scope = '', name = ''] = specifier.split('/')
  const packageName = scope.startsWith('@') ? `${scope}/${name}` : scope
  return upTo(directory, path.join('node_modules', packageName))
}

/** `name` in `directory` and each one above, up to the first where it exists. */
function upTo(directory: string, name: string): string[] {
  const found: string[] = []
  for (let above = directory; ; above = path.dirname(above)) {
    const file = path.join(above, name)
    found.push(file)
    if (fs.existsSync(file) || above === path.dirname(above)) return found
  }
}
