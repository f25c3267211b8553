import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { beforeAll, expect, test } from 'vitest'

import { slugOf } from '../../docs/.vitepress/slug.ts'
import { repository } from '../lab/repository.ts'

const pages = new Map<string, string>()

beforeAll(() => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scratch-'))
  try {
    // Fails when an export has no doc comment.
    execFileSync(process.execPath, [path.join(repository, 'scripts/api-docs.mjs'), folder])
    for (const name of readdirSync(folder)) pages.set(name, readFileSync(path.join(folder, name), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('every export of every entry point has its part on a page', () => {
  const headings = new Set(
    [...pages.values()].flatMap((page) => Array.from(page.matchAll(/^## (\w+)$/gm), ([, name]) => name)),
  )
  const reports = readdirSync(path.join(repository, 'api')).map((name) =>
    readFileSync(path.join(repository, 'api', name), 'utf8'),
  )
  const declared = reports.flatMap((report) =>
    Array.from(
      report.matchAll(/^export (?:abstract )?(?:class|const|function|interface|type) (\w+)/gm),
      ([, name]) => name,
    ),
  )
  expect(declared.length).toBeGreaterThan(150)
  expect(declared.filter((name) => !headings.has(name))).toEqual([])
})

test('the links of the pages lead somewhere', () => {
  const anchors = new Map([...pages].map(([name, page]) => [name, anchorsOf(page)]))
  const links = [...pages].flatMap(([name, page]) =>
    Array.from(
      page.matchAll(/\]\((?!\.\.\/)(?:\.\/([\w-]+\.md))?(?:#([\w-]+))?\)/g),
      ([link, file = name, heading]) => ({ name, link, found: anchors.get(file), heading }),
    ),
  )
  const broken = links.filter(
    ({ found, heading }) => !found || (heading !== undefined && !found.has(heading)),
  )
  expect(broken).toEqual([])
  expect(links.length).toBeGreaterThan(500)
  // Of two names that differ in case alone, each has its own.
  expect(links.map(({ heading }) => heading)).toEqual(expect.arrayContaining(['fault', 'fault-1']))
})

test('no heading and no text shows the markup of the doc comments', () => {
  expect([...pages.values()].filter((page) => /\{#|\{@/.test(page))).toEqual([])
})

test('nothing on the pages is left for Vue to compile', () => {
  const bare = [...pages.values()].map((page) => page.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, ''))
  expect(bare.filter((page) => /<|\{\{/.test(page))).toEqual([])
})

test('what is internal is on no page', () => {
  expect(pages.get('timeline.md')).toContain('- `note(')
  expect(pages.get('timeline.md')).not.toContain('- `begin(')
})

/** As the site makes them: of equal ones, all but the first get a number. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, title = ''] of page.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugOf(title)
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}
