import path from 'node:path'

import type { DefaultTheme } from 'vitepress'
import { expect, test } from 'vitest'

import { siteLink } from '../../docs/.vitepress/links.ts'
import { navigation, pagesIn, sidebarOf } from '../../docs/.vitepress/sidebar.ts'
import { packedFiles } from '../lab/packed-files.ts'
import { repository } from '../lab/repository.ts'
import { read } from './documents.ts'

const documents = path.join(repository, 'docs')
const places = { repository, documents, web: 'https://example.com/blob/main' }

test('the sidebar leads to every page once, whoever has written it', () => {
  const links = linksOf(sidebarOf(documents)).map((link) => link.replace(/^\//, '').replace(/\/$/, '/index'))
  expect(links.toSorted()).toEqual(pagesIn(documents).filter((page) => page !== 'index'))
})

test('the pages at the top are there', () => {
  const links = linksOf(sidebarOf(documents))
  expect(navigation.map(({ link }) => link).filter((link) => !links.includes(link))).toEqual([])
})

test('the cookbook lists all its questions', () => {
  const questions = sectionsOf('docs/cookbook/index.md').map(([title, text]) => [
    title,
    [...text.matchAll(/^- \[(.*)\]\(/gm)].map(([, question]) => question),
  ])
  const pages = pagesIn(path.join(documents, 'cookbook')).filter((page) => page !== 'index')
  const asked = pages.map((page) => {
    const text = read(`docs/cookbook/${page}.md`)
    return [/^# (.*)$/m.exec(text)?.[1], sectionsOf(`docs/cookbook/${page}.md`).map(([title]) => title)]
  })
  expect(Object.fromEntries(questions)).toEqual(Object.fromEntries(asked))
})

test('the package has the documents, and nothing of the site', () => {
  const published = packedFiles().filter((file) => file.startsWith('docs/'))
  expect(published).toContain('docs/cookbook/index.md')
  expect(published.filter((file) => file.includes('/.'))).toEqual([])
})

test.each([
  ['clock.md#limits', 'faults.md', './clock.md#limits'],
  ['../clock.md', 'cookbook/time.md', '../clock.md'],
  ['#limits', 'clock.md', '#limits'],
  ['https://mswjs.io', 'network.md', 'https://mswjs.io'],
  ['../README.md#what-a-test-gets', 'conformance.md', '/reference#what-a-test-gets'],
  ['../README.md', 'conformance.md', '/'],
  ['docs/clock.md#limits', 'reference.md', './clock.md#limits'],
  ['examples/supervisor', 'reference.md', 'https://example.com/blob/main/examples/supervisor'],
  [
    '../../examples/python-agent/agent.py',
    'cookbook/ci.md',
    'https://example.com/blob/main/examples/python-agent/agent.py',
  ],
])('the link %s of %s leads to %s on the site', (href, page, link) => {
  expect(siteLink(href, page, places)).toBe(link)
})

test('files of a repository without an address are no links on the site', () => {
  expect(siteLink('../examples/supervisor', 'explore.md', { ...places, web: undefined })).toBeUndefined()
})

/** The title and the text of each heading of the second level. */
function sectionsOf(file: string): [title: string, text: string][] {
  const parts = read(file).split(/^## /m).slice(1)
  return parts.map((part) => [part.split('\n')[0] ?? '', part])
}

function linksOf(entries: readonly DefaultTheme.SidebarItem[]): string[] {
  return entries.flatMap(({ link, items = [] }) => [...(link === undefined ? [] : [link]), ...linksOf(items)])
}
