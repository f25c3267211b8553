import { existsSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { repository } from '../lab/repository.ts'
import { documents, read } from './documents.ts'

test.each(documents)('the links of %s lead somewhere', (document) => {
  const broken = linksOf(document).filter(({ file, heading }) => {
    if (!existsSync(path.join(repository, file))) return true
    return heading !== undefined && !headingsOf(file).includes(heading)
  })
  expect(broken).toEqual([])
})

test('there are links', () => {
  expect(documents.flatMap(linksOf).length).toBeGreaterThan(20)
})

/** Links within the repository, from its root. */
function linksOf(document: string): { file: string; heading: string | undefined }[] {
  const targets = [...read(document).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.map((target) => {
    const [file = '', heading] = target.split('#')
    return { file: file === '' ? document : path.join(path.dirname(document), file), heading }
  })
}

/** As GitHub names them. */
function headingsOf(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
