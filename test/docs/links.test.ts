import { existsSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { slugOf } from '../../docs/.vitepress/slug.ts'
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
  expect(documents.flatMap(linksOf).length).toBeGreaterThan(100)
})

/** Links within the repository, from its root: those of the text, and those of a home page's buttons. */
function linksOf(document: string): { file: string; heading: string | undefined }[] {
  const text = withoutCode(read(document))
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target)
  const buttons = [...text.matchAll(/^ +link: \/(.*)$/gm)].map(
    ([, page = '']) => `${page.endsWith('/') ? `${page}index` : page}.md`,
  )
  return [...links, ...buttons].map((target) => {
    const [file = '', heading] = target.split('#')
    return { file: file === '' ? document : path.join(path.dirname(document), file), heading }
  })
}

/** As GitHub names them, and the site after it: of several with one title, all but the first have a number. */
function headingsOf(document: string): string[] {
  const slugs = [...withoutCode(read(document)).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    slugOf(title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')),
  )
  return slugs.map((slug, index) => {
    const before = slugs.slice(0, index).filter((other) => other === slug).length
    return before === 0 ? slug : `${slug}-${before}`
  })
}

/** In a block of code neither a `#` is a heading nor a `](` a link. */
function withoutCode(text: string): string {
  return text.replaceAll(/^( *```).*\n[\s\S]*?^\1$/gm, '')
}
