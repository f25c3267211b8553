import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import * as core from '../../../src/index.ts'
import { repository } from '../repository.ts'

/** The tests of this repository that can be put to an installed package. */
export interface Suite {
  /** Paths from the root of the repository. */
  readonly tests: readonly string[]
  /** How many test files there are besides: those that test inner parts, or nothing that is published. */
  readonly others: number
  /** What stands in for the sources they import: text by path. */
  readonly stands: ReadonlyMap<string, string>
  /** The packages that they use, besides Vitest: versions by name. */
  readonly packages: Readonly<Record<string, string>>
}

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default?: string }>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** Tools of the tests, which are not what is tested: they come along. */
const TOOLS = new Set(['src/real-time.ts', 'src/wait.ts', 'src/json.ts'])
/** By this a test reaches the package in a project of its own. */
const LAB = 'test/lab/project.ts'
/** What a test that reads it, or has a program import it, is about is not in an installed package, or not in that form. */
const NOT_THERE =
  /['"`/](?:dist|scripts|bench|agent\/main\.ts)(?=['"`/])|test\/lab\/compile|\.\/compile\.ts|['"`]fixtures\/[\w-]+\.ts/
/** What they read besides, from the root. */
const ASSETS = [
  'test',
  'docs',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'tsconfig.build.json',
]
const IMPORT = /(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*'(\.[^']+)'|import\s*\(?\s*'(\.[^']+)'/g

/**
 * Every test file whose imports, and those of all it imports, ask of the package only names that its entry points export;
 * the modules that it imports them from are replaced by such an entry point.
 */
export function publicSuite(): Suite {
  const manifest = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as Manifest
  const all = filesIn('test').filter((file) => file.endsWith('.test.ts'))
  // Programs that tests start import what is built.
  const stands = new Map(entriesOf(manifest).map(({ built, name }) => [built, `export * from '${name}'\n`]))
  const texts: string[] = []
  const tests = all.filter((file) => {
    const reached = reach(file)
    const own = [...reached.keys()].filter(comesAlong)
    const outside = [...reached].filter(([name]) => !comesAlong(name))
    const substitutes = outside.map(([name, names]) => [name, standFor(name, names, manifest)] as const)
    const source = own.filter((name) => name !== LAB && !name.startsWith('test/lab/kill-matrix')).map(read)
    const isPublic =
      (own.includes(LAB) || outside.some(([name]) => !TOOLS.has(name))) &&
      substitutes.every(([, text]) => text !== undefined) &&
      !source.some((text) => NOT_THERE.test(text))
    if (!isPublic) return false
    for (const [name, text = ''] of substitutes) stands.set(name, text)
    texts.push(...own.map(read))
    return true
  })
  const packages = Object.entries(manifest.devDependencies).filter(
    ([name]) => name !== 'vitest' && (name === '@types/node' || texts.some((text) => mentions(text, name))),
  )
  return { tests, others: all.length - tests.length, stands, packages: Object.fromEntries(packages) }
}

/** Puts the suite into a directory that has the package installed, or will have. */
export function copySuite({ tests, stands }: Suite, folder: string): void {
  const isWanted = (source: string): boolean =>
    !/node_modules|[/\\]scores$|docs[/\\]api$|\.vitepress[/\\](?:dist|cache)$/.test(source)
  for (const asset of [...ASSETS, 'examples']) {
    cpSync(path.join(repository, asset), path.join(folder, asset), { recursive: true, filter: isWanted })
  }
  const config = `import { defineConfig } from 'vitest/config'
import { supervise } from 'vitest-supervise/plugin'
export default defineConfig({
  plugins: [supervise()],
  test: { include: ${JSON.stringify(tests)}, maxWorkers: 2, testTimeout: 60_000, hookTimeout: 60_000 },
})
`
  for (const [file, text] of [...stands, ['vitest.config.ts', config] as const]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), text)
  }
}

function comesAlong(file: string): boolean {
  return ASSETS.some((asset) => file.startsWith(`${asset}/`))
}

/** All that a test imports, directly or not: the names that are asked of each file that does not come along. */
function reach(file: string): Map<string, Set<string>> {
  const reached = new Map<string, Set<string>>([[file, new Set()]])
  const open = [file]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [, type, clause = '*', from, bare] of read(next).matchAll(IMPORT)) {
      const names = type === undefined ? namesOf(clause) : []
      // A type is nothing at run time.
      if (names.length === 0) continue
      const target = path.join(path.dirname(next), from ?? bare ?? '')
      if (!existsSync(path.join(repository, target))) continue
      const known = reached.get(target)
      for (const name of names) known?.add(name)
      if (known) continue
      reached.set(target, new Set(names))
      if (comesAlong(target) && /\.m?[jt]s$/.test(target)) open.push(target)
    }
  }
  return reached
}

/** The values in what stands between `import` and `from`. */
function namesOf(clause: string): string[] {
  if (!clause.startsWith('{')) return ['*']
  const parts = clause.replaceAll(/[{}]/g, '').split(',')
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('type '))
    .map((part) => part.split(' ')[0] ?? '')
}

/** The text of the module that stands in for a source; undefined when the package does not export all of these names. */
function standFor(file: string, names: ReadonlySet<string>, manifest: Manifest): string | undefined {
  const entry = entriesOf(manifest).find(({ built, source }) => file === built || file === source)
  if (entry) return `export * from '${entry.name}'\n`
  if (TOOLS.has(file)) return read(file)
  const isExported = file.startsWith('src/') && [...names].every((name) => Object.hasOwn(core, name))
  return isExported ? `export * from 'vitest-supervise/core'\n` : undefined
}

/** The modules of the package: their names, and their files in the repository. */
function entriesOf({ exports }: Manifest): { name: string; built: string; source: string }[] {
  return Object.entries(exports).flatMap(([key, { default: file }]) => {
    if (file === undefined) return []
    const built = path.normalize(file)
    const source = path.relative('dist', built).replace(/\.js$/, '.ts')
    return [{ name: `vitest-supervise${key.slice(1)}`, built, source }]
  })
}

function mentions(text: string, name: string): boolean {
  return [`'${name}'`, `'${name}/`, `"${name}"`, `\`${name}\``].some((mention) => text.includes(mention))
}

function filesIn(folder: string): string[] {
  return readdirSync(path.join(repository, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.join(folder, file))
    .toSorted()
}

function read(file: string): string {
  return readFileSync(path.join(repository, file), 'utf8')
}
