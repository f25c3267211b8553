import { expect, test } from 'vitest'

import { read } from './documents.ts'

/** What stands under each heading of the third level, by that heading. */
const entries = new Map(
  read('docs/troubleshooting.md')
    .split(/^#{2,3} /m)
    .filter((part) => part.startsWith('ERR_'))
    .map((part) => [part.split('\n')[0] ?? '', part.split('\n').slice(1).join('\n').trim()]),
)

test('troubleshooting has an entry for each code, and for no other', () => {
  const codes = [...read('src/errors.ts').matchAll(/^ {2}\| '(ERR_\w+)'$/gm)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(40)
  expect([...entries.keys()].toSorted()).toEqual(codes)
  expect([...entries].filter(([, text]) => text.length < 80)).toEqual([])
})

test('an entry is a heading of its own, so that it can be linked', () => {
  const headings = read('docs/troubleshooting.md').match(/^### ERR_\w+$/gm) ?? []
  expect(headings).toHaveLength(entries.size)
})
