import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { beforeAll, expect, test } from 'vitest'

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
    [...pages.values()].flatMap((page) =>
      Array.from(page.matchAll(/^## .* \{#(\w+)\}$/gm), ([, name]) => name),
    ),
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
  const broken = [...pages].flatMap(([name, page]) =>
    Array.from(
      page.matchAll(/\]\((?!\.\.\/)(?:\.\/([\w-]+\.md))?(?:#(\w+))?\)/g),
      ([link, file = name, heading]) => {
        const target = pages.get(file)
        return target !== undefined && (heading === undefined || target.includes(`{#${heading}}`))
          ? []
          : [name, link]
      },
    ).flat(),
  )
  expect(broken).toEqual([])
})

test('nothing on the pages is left for Vue to compile', () => {
  const bare = [...pages.values()].map((page) => page.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, ''))
  expect(bare.filter((page) => /<|\{\{/.test(page))).toEqual([])
})

test('what is internal is on no page', () => {
  expect(pages.get('timeline.md')).toContain('- `note(')
  expect(pages.get('timeline.md')).not.toContain('- `begin(')
})
