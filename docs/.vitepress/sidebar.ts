import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import type { DefaultTheme } from 'vitepress'

type Group = DefaultTheme.SidebarItem & { items: DefaultTheme.SidebarItem[] }

/** The pages at the top. */
export const navigation = [
  { text: 'First test', link: '/first-test' },
  { text: 'Cookbook', link: '/cookbook/' },
  { text: 'Faults', link: '/faults' },
  { text: 'Troubleshooting', link: '/troubleshooting' },
]

/** In the order in which they are read. Pages that are not there are left out. */
const GROUPS: readonly (readonly [title: string, pages: readonly string[]])[] = [
  ['Begin', ['first-test', 'concepts', 'migration']],
  [
    'Cookbook',
    [
      'cookbook/index',
      'cookbook/restarting',
      'cookbook/stopping',
      'cookbook/time',
      'cookbook/stdio-servers',
      'cookbook/command-wrappers',
      'cookbook/worker-pools',
      'cookbook/daemons',
      'cookbook/network',
      'cookbook/finding-bugs',
      'cookbook/ci',
    ],
  ],
  [
    'Write tests',
    ['faults', 'clock', 'timeline', 'agents', 'supervisors', 'processes', 'network', 'restart-loop'],
  ],
  ['Find bugs', ['explore', 'explore-command', 'simulation', 'conformance']],
  ['Look up', ['reference', 'cli', 'report', 'presets', 'protocol', 'troubleshooting']],
  ['Trust', ['numbers', 'mutation', 'package']],
]

/** The sidebar of the pages in a folder, each once: those that no group names come last, folders of such in groups of their own. */
export function sidebarOf(documents: string): DefaultTheme.SidebarItem[] {
  const pages = pagesIn(documents).filter((page) => page !== 'index')
  const named = new Set(GROUPS.flatMap(([, names]) => names))
  const others = pages.filter((page) => !named.has(page))
  const folders = [...new Set(others.map(folderOf))].filter((folder) => folder !== '.')
  return [
    ...GROUPS.map(([text, names]) => group(text, [...names])),
    group(
      'More',
      others.filter((page) => folderOf(page) === '.'),
    ),
    ...folders.map((folder) => ({
      ...group(
        folder === 'api' ? 'API' : titleOf(folder),
        others.filter((page) => folderOf(page) === folder),
      ),
      collapsed: true,
    })),
  ].filter(({ link, items }) => link !== undefined || items.length > 0)

  /** The index of a folder is the page of its group. */
  function group(text: string, names: string[]): Group {
    const there = names.filter((name) => pages.includes(name))
    const index = there.find((name) => name.endsWith('/index'))
    const items = there.filter((name) => name !== index)
    return {
      text,
      ...(index !== undefined && { link: linkTo(index) }),
      items: items.map((name) => ({ text: titleIn(documents, name), link: linkTo(name) })),
    }
  }
}

/** The Markdown files of a folder and those below it, without their ending, in the order of their names. */
export function pagesIn(documents: string): string[] {
  return readdirSync(documents, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith('.md') && !file.startsWith('.'))
    .map((file) => file.slice(0, -'.md'.length))
    .toSorted()
}

function titleIn(documents: string, page: string): string {
  const text = readFileSync(path.join(documents, `${page}.md`), 'utf8')
  const title = /^# (?:API: )?(.+)$/m.exec(text)?.[1]?.replaceAll('`', '')
  return title ?? titleOf(path.basename(page))
}

function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ')
}

function linkTo(page: string): string {
  return `/${page.replace(/(^|\/)index$/, '$1')}`
}

function folderOf(page: string): string {
  return path.dirname(page).split('/')[0] ?? page
}
