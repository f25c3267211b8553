/** A block of code in a document. */
export interface Snippet {
  /** Of the document: `clock`, `cookbook/time`. */
  readonly page: string
  /** Of the document and its place in it: `clock/2`. */
  readonly name: string
  /** A test; a fragment, which is marked by `no-run` behind the language; or a file that the tests of its page use, marked by its `[name]`. */
  readonly kind: 'test' | 'fragment' | 'file'
  /** Where it belongs in a project of all snippets. */
  readonly path: string
  readonly code: string
}

const FENCE = /^```(\w+)(?: (no-run)| \[([\w./-]+)\])?\n([\s\S]*?)^```$/gm

/** The snippets of a document that are tests in TypeScript, fragments of them, or files which those use, in order. */
export function snippetsOf(file: string, text: string): Snippet[] {
  const page = file
    .replace(/^docs\//, '')
    .replace(/\.md$/, '')
    .toLowerCase()
  return [...text.matchAll(FENCE)]
    .filter(([, language, , title]) => language === 'ts' || title !== undefined)
    .map(([, , mark, title, code = ''], index) => {
      const name = `${page}/${index + 1}`
      if (title !== undefined) return { page, name, kind: 'file', path: `${page}/${title}`, code }
      if (mark !== undefined) return { page, name, kind: 'fragment', path: `${name}.ts`, code }
      return { page, name, kind: 'test', path: `${name}.test.ts`, code }
    })
}
