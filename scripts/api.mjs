/*
 * Writes what the package exports to `api/<entry>.api.md`, so that every change of it shows in review. With `--check` it only
 * says which of them differ, and fails.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { byName, entries, extract, matchersOf } from './api-model.mjs'
import { root } from './packed.mjs'

const DECLARATION = /^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/gm
const folder = path.join(root, 'api')
const check = process.argv.includes('--check')
mkdirSync(folder, { recursive: true })

const [core, main] = ['core', 'index'].map((name) => entries.find((entry) => entry.name === name))
const inCore = new Set(declarations(extract(core).report))
const nameable = namesIn(extract(main).report)
const written = new Map(entries.map((entry) => [`${entry.name}.api.md`, page(entry)]))
const differing = [...written].filter(([file, text]) => text !== current(file)).map(([file]) => file)
const surplus = readdirSync(folder).filter((file) => !written.has(file))

if (check) {
  if (differing.length + surplus.length > 0) {
    console.error(`These differ from what the package exports: ${[...differing, ...surplus].join(', ')}.`)
    console.error('If that is meant, run `npm run api`, look at the difference, and commit it.')
    process.exitCode = 1
  }
} else {
  for (const file of surplus) rmSync(path.join(folder, file))
  for (const file of differing) writeFileSync(path.join(folder, file), written.get(file))
}

function page(entry) {
  const { report, unexported } = extract(entry)
  const all = declarations(report)
  const own = entry === core ? all : all.filter((one) => !inCore.has(one))
  const text = [...own, ...matchersOf(entry).map((one) => `// Matchers of \`expect\`\n${one}`)].join('\n\n')
  const imports = importsOf(report).filter((one) => mentions(text, one.match(/(\w+)[ }]*from/)?.[1] ?? one))
  const strangers = [...new Set(unexported)]
    .filter((one) => !nameable.has(one) && mentions(text, one))
    .sort(byName)
  return [
    `# ${entry.specifier}`,
    'Written by `npm run api` from `dist`. A change here is a change for users: it belongs in the changelog.',
    all.length > own.length &&
      `And ${all.length - own.length} declarations that [core](core.api.md) has, too.`,
    text !== '' && ['```ts', ...imports, ...(imports.length > 0 ? [''] : []), text, '```'].join('\n'),
    strangers.length > 0 && `Referred to, and exported by no entry: ${strangers.join(', ')}.`,
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n')
}

/** The declarations of a report, in its order, which is alphabetical. */
function declarations(report) {
  return code(report)
    .split(/\n{2,}(?=\/\/ @|export )/)
    .map((one) => one.replace(/^\s*\/\/ \(undocumented\)\n/gm, '').trim())
    .filter((one) => one !== '' && !one.startsWith('import '))
}

/** What can be imported by name. */
function namesIn(report) {
  return new Set(Array.from(code(report).matchAll(DECLARATION), ([, name]) => name))
}

function importsOf(report) {
  return code(report).match(/^import .*$/gm) ?? []
}

function code(report) {
  return /```ts\n([\s\S]*?)```/.exec(report)[1].replace(/^\/\/ \(No @packageDocumentation.*$/m, '')
}

function mentions(text, name) {
  return new RegExp(String.raw`\b${name}\b`).test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''))
}

function current(file) {
  try {
    return readFileSync(path.join(folder, file), 'utf8')
  } catch {
    return undefined
  }
}
