/*
 * Writes a page of Markdown for each topic of what the package exports, from its types and doc comments: to `docs/api`, or to the
 * folder that is named. They are made with the site, and not checked in. Fails when an export has no doc comment.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { byName, entries, extract, matchersOf } from './api-model.mjs'
import { listed, matcherText, text } from './api-text.mjs'
import { root } from './packed.mjs'

/** What is on which page: by the files that declare it, and the entry points of which all is there. */
const PAGES = [
  { name: 'test', title: 'Tests', guide: 'README.md', files: /^fixtures\/(test|matchers)/ },
  { name: 'setup', title: 'Set-up', entries: ['plugin', 'reporter', 'global-setup', 'setup'], files: /^$/ },
  {
    name: 'harness',
    title: 'Harness, options and errors',
    files: /^src\/(harness|build)\/|^src\/(options|errors|json|scope)\./,
  },
  {
    name: 'processes',
    title: 'Agents and processes',
    guide: 'agents.md',
    files: /^src\/(process|protocol)\//,
  },
  { name: 'clock', title: 'Virtual time', guide: 'clock.md', files: /^src\/clock\// },
  { name: 'restart', title: 'Restart loops', guide: 'restart-loop.md', files: /^src\/restart\// },
  { name: 'faults', title: 'Faults', guide: 'faults.md', files: /^src\/fault\// },
  { name: 'network', title: 'Network', guide: 'network.md', files: /^src\/network\// },
  { name: 'timeline', title: 'Timeline', guide: 'timeline.md', files: /^src\/timeline\// },
  { name: 'explore', title: 'Exploration', guide: 'explore.md', files: /^(src|fixtures)\/explore/ },
  { name: 'simulation', title: 'Simulation', guide: 'simulation.md', files: /^src\/simulate\// },
  {
    name: 'conformance',
    title: 'Conformance',
    guide: 'conformance.md',
    entries: ['conformance'],
    files: /^src\/conformance\//,
  },
  { name: 'agent', title: 'Agents in TypeScript', guide: 'agents.md', entries: ['agent'], files: /^$/ },
]

const folder = path.resolve(process.argv[2] ?? path.join(root, 'docs/api'))
const main = entries.find(({ name }) => name === 'index')
const items = collect()
const undocumented = [...items.values()].flat().filter(({ member }) => !member.docComment)
if (undocumented.length > 0) {
  console.error(
    `These exports have no doc comment: ${undocumented.map(({ member }) => member.name).join(', ')}.`,
  )
  process.exitCode = 1
}
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const page of PAGES) writeFileSync(path.join(folder, `${page.name}.md`), pageText(page))
writeFileSync(path.join(folder, 'index.md'), contents())

/** What is on each page, in alphabetical order: of what several entry points export, what the main one has. */
function collect() {
  const found = new Map(PAGES.map((page) => [page, []]))
  const seen = new Set()
  const inCore = new Set(exportedBy(entries.find(({ name }) => name === 'core')).map(({ name }) => name))
  for (const entry of [main, ...entries.filter((one) => one !== main)]) {
    const model = modelOf(entry)
    for (const member of exportedBy(entry)) {
      const source = member.fileUrlPath.replace(/^dist\//, '')
      const key = `${source} ${member.name}`
      if (seen.has(key)) continue
      seen.add(key)
      const page = PAGES.find((one) => one.entries?.includes(entry.name) ?? false) ?? pageOf(source)
      if (!page)
        throw new Error(`${member.name} of ${source} has no page: see PAGES in scripts/api-docs.mjs.`)
      const from = [
        entry.specifier,
        ...(entry === main && inCore.has(member.name) ? ['vitest-supervise/core'] : []),
      ]
      found.get(page).push({ member, model, from, page })
    }
  }
  for (const list of found.values())
    list.sort((a, b) => byName(a.member.name.toLowerCase(), b.member.name.toLowerCase()))
  return found
}

function pageOf(source) {
  return PAGES.find(({ files }) => files.test(source))
}

function modelOf(entry) {
  entry.model ??= extract(entry).model.members[0].members
  return entry.model
}

/** Without what only occurs in the types of exports, which its reference shows by a tilde. */
function exportedBy(entry) {
  const all = modelOf(entry).filter(({ canonicalReference }) => !canonicalReference.includes('!~'))
  // Of a name that is a constant and a type, the constant says more.
  const constants = new Set(all.filter(({ kind }) => kind === 'Variable').map(({ name }) => name))
  return all.filter(({ kind, name }) => kind === 'Variable' || !constants.has(name))
}

function pageText(page) {
  const own = items.get(page)
  const matchers = page.name === 'test' ? matchersOf(main) : []
  const guide = page.guide === 'README.md' ? undefined : page.guide
  return [
    `# ${titleOf(page)}`,
    guide && `How to use it: [guide](../${guide}).`,
    [
      ...own.map((one) => listed(one, link)),
      ...(matchers.length > 0 ? ['- [Matchers](#matchers) of `expect`'] : []),
    ].join('\n'),
    ...own.map((one) => text(one, link)),
    matchers.length > 0 && ['## Matchers', ...matchers.map((one) => matcherText(one, link))].join('\n\n'),
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n')
}

function contents() {
  const list = PAGES.map((page) => {
    const names = items.get(page).map(({ member }) => link(member.name, undefined))
    return `## [${page.title}](./${page.name}.md)\n\n${names.join(' · ')}`
  })
  const intro = 'Everything that the package exports, from its types and their doc comments.'
  return ['# API', intro, ...list].join('\n\n').concat('\n')
}

/** A link to an export, in the code font; only the font for what is none. */
function link(name, page) {
  const all = [...items.values()].flat().filter(({ member }) => member.name === name)
  const [target] = [...all.filter((one) => one.page === page), ...all]
  if (!target) return `\`${name}\``
  return `[\`${name}\`](${target.page === page ? '' : `./${target.page.name}.md`}#${anchorOf(target)})`
}

/** What the site makes of its heading: a second one that differs in case alone, such as that of a type, gets a number. */
function anchorOf({ member, page }) {
  const headings = items.get(page).map((one) => one.member.name.toLowerCase())
  const own = member.name.toLowerCase()
  const before = headings.slice(
    0,
    items.get(page).findIndex((one) => one.member === member),
  )
  const count = before.filter((one) => one === own).length
  return count === 0 ? own : `${own}-${count}`
}

/** Not that of its guide: a search finds both. */
function titleOf({ title }) {
  return `API: ${title}`
}
