import path from 'node:path'

/** A block of TypeScript in a document. */
export interface Snippet {
  /** Of the document and its place in it: `clock-2`. */
  readonly name: string
  /** False for a fragment, which is marked by `no-run` behind the language. */
  readonly runs: boolean
  readonly code: string
}

const FENCE = /^```ts( no-run)?\n([\s\S]*?)^```$/gm

/** The TypeScript snippets of a document, in order. */
export function snippetsOf(file: string, text: string): Snippet[] {
  const name = path.basename(file, '.md').toLowerCase()
  return [...text.matchAll(FENCE)].map(([, mark, code = ''], index) => ({
    name: `${name}-${index + 1}`,
    runs: mark === undefined,
    code,
  }))
}
