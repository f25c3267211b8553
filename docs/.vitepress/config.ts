import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitepress'

import { siteLink } from './links.ts'
import { navigation, sidebarOf } from './sidebar.ts'
import { slugOf } from './slug.ts'

const documents = fileURLToPath(new URL('..', import.meta.url))
const repository = path.dirname(path.resolve(documents))
const manifest = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as {
  name: string
  description: string
  repository?: { url: string }
}
const home = manifest.repository?.url.replace(/^git\+/, '').replace(/\.git$/, '')
const web = home && `${home}/blob/main`

/** In the page itself: nothing is loaded from elsewhere. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M3 8a5 5 0 1 1 2 4M3 8l-2-2m2 2 2-2" fill="none" stroke="#5672cd" stroke-width="2"/></svg>',
)}`

export default defineConfig({
  title: manifest.name,
  description: manifest.description,
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: ICON }]],
  markdown: {
    anchor: { slugify: slugOf },
    // Braces and colons are code here.
    attrs: { disable: true },
    emoji: { enabled: [] },
    config(markdown) {
      markdown.core.ruler.push('links-of-the-repository', ({ tokens, env }) => {
        const page = (env as { relativePath: string }).relativePath
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.type === 'link_open' ? token.attrGet('href') : null
          if (href === null) continue
          const link = siteLink(href, page, { repository, documents, web })
          if (link !== undefined) token.attrSet('href', link)
          // An anchor without an address is text.
          else token.attrs = null
        }
      })
    },
  },
  themeConfig: {
    nav: navigation,
    sidebar: sidebarOf(documents),
    outline: [2, 3],
    search: { provider: 'local' },
    ...(home !== undefined && { socialLinks: [{ icon: 'github', link: home }] }),
  },
})
