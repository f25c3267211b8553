import path from 'node:path'

import type { DefaultTheme } from 'vitepress'
import { expect, test } from 'vitest'

import { siteLink } from '../../docs/.vitepress/links.ts'
import { navigation, pagesIn, sidebarOf } from '../../docs/.vitepress/sidebar.ts'
import { repository } from '../lab/repository.ts'

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

function linksOf(entries: readonly DefaultTheme.SidebarItem[]): string[] {
  return entries.flatMap(({ link, items = [] }) => [...(link === undefined ? [] : [link]), ...linksOf(items)])
}
