import { existsSync } from 'node:fs'
import path from 'node:path'

/** Where documents are: in this folder, and in the repository around it. */
export interface Places {
  readonly repository: string
  readonly documents: string
  /** The address of the repository's files on the web, or undefined while it has none. */
  readonly web: string | undefined
}

/**
 * Where a link of a document leads on the site. The documents are read on GitHub, too, so they link to files of the
 * repository, and the site has only those of its own folder: the README's tables are its page `reference.md`, any other file
 * is on the web. Undefined: nowhere.
 */
export function siteLink(href: string, page: string, places: Places): string | undefined {
  if (/^(?:[a-z]+:|#|\/)/.test(href)) return href
  const [target = '', heading] = href.split('#')
  const file = fileOf(target, page, places)
  const anchor = heading === undefined ? '' : `#${heading}`
  const inDocuments = path.relative(places.documents, file)
  if (!inDocuments.startsWith('..')) {
    const from = path.relative(path.dirname(page), inDocuments)
    return `${from.startsWith('.') ? from : `./${from}`}${anchor}`
  }
  const inRepository = path.relative(places.repository, file)
  if (inRepository === 'README.md') return `/${heading === undefined ? '' : `reference${anchor}`}`
  return places.web && `${places.web}/${inRepository}${anchor}`
}

/** Texts of the README stand in pages, too, with links that are seen from the repository's root. */
function fileOf(target: string, page: string, { documents, repository }: Places): string {
  const file = path.join(documents, path.dirname(page), target)
  const fromRoot = path.join(repository, target)
  return !existsSync(file) && existsSync(fromRoot) ? fromRoot : file
}
