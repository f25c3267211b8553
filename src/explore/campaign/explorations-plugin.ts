import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import fs from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { REGISTRY_KEY } from './registry.ts'

/**
 * Bundles a file for its explorations alone. What is the user's own is compiled, and knows its own `import.meta.url`;
 * packages are left where they are, each as the module that imports it finds it; Vitest is stood in for by the registry of
 * the thread.
 */
export const explorationsPlugin: Plugin = {
  name: 'supervise-explorations',
  setup(build) {
    build.onResolve({ filter: /^vitest(-supervise)?$/ }, ({ path, resolveDir }) => ({
      path,
      namespace: STAND_IN,
      pluginData: resolveDir,
    }))
    build.onLoad({ filter: /^vitest$/, namespace: STAND_IN }, () => ({
      contents: `module.exports = ${REGISTRY}.vitest`,
    }))
    build.onLoad({ filter: /^vitest-supervise$/, namespace: STAND_IN }, (args) => ({
      contents: SUPERVISE,
      resolveDir: args.pluginData as string,
    }))
    build.onResolve({ filter: /^[^./]|^\.[^./]/ }, (args) => outside(build, args))
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, ({ path }) => ownPlace(path))
  },
}

/** What stands for each module's own place in a bundle, which has but one: `PLACE_NAMES` declares them in each. */
export const PLACE_DEFINES = {
  'import.meta.url': '__superviseUrl',
  'import.meta.filename': '__superviseFile',
  'import.meta.dirname': '__superviseDirectory',
  __filename: '__superviseFile',
  __dirname: '__superviseDirectory',
}

const STAND_IN = 'supervise-stand-in'
const REGISTRY = `globalThis[Symbol.for(${JSON.stringify(REGISTRY_KEY)})]`
const SUPERVISE =
  `export * from 'vitest-supervise/core'\n` +
  `export const { explore, replay, test, expect, withSupervise } = ${REGISTRY}.supervise\n`
const RESOLVED = Symbol('resolved')

/** Where Node finds a package, seen from the module that imports it; what is no package is bundled like any other file. */
async function outside(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
  const { path: specifier, importer, kind, resolveDir } = args
  if (args.pluginData === RESOLVED || kind === 'entry-point') return undefined
  if (isBuiltin(specifier) || /^[a-z][a-z\d+.-]+:/i.test(specifier))
    return { path: specifier, external: true }
  const found = await build.resolve(specifier, { importer, kind, resolveDir, pluginData: RESOLVED })
  const required = kind === 'require-call' || kind === 'require-resolve'
  if (found.errors.length > 0) {
    // Whoever asks only when it gets there may not mind that it is missing.
    return required || kind === 'dynamic-import'
      ? { path: specifier, external: true }
      : { errors: found.errors, warnings: found.warnings }
  }
  // Linked packages are the user's own, but for this one.
  const isPackage = /[/\\]node_modules[/\\]/.test(found.path) || specifier.startsWith('vitest-supervise/')
  if (found.external || !isPackage) return found
  return { path: required ? found.path : pathToFileURL(found.path).href, external: true }
}

async function ownPlace(file: string): Promise<OnLoadResult | undefined> {
  const text = await fs.readFile(file, 'utf8')
  if (!/\bimport\.meta\b|\b__(?:dir|file)name\b/.test(text)) return undefined
  const names = [
    `__superviseUrl = ${JSON.stringify(pathToFileURL(file).href)}`,
    `__superviseFile = ${JSON.stringify(file)}`,
    `__superviseDirectory = ${JSON.stringify(path.dirname(file))}`,
  ]
  // On the first line, so that all others keep their numbers.
  const contents = `var ${names.join(', ')}; ${text.replace(/^#!.*/, '')}`
  return { contents, loader: LOADERS[path.extname(file)] ?? 'js', resolveDir: path.dirname(file) }
}

const LOADERS: Readonly<Record<string, 'js' | 'jsx' | 'ts' | 'tsx'>> = {
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
}
