import { isClosing, isOpening, type Token } from './tokens.ts'

/** An object as it is written. */
export interface ObjectLiteral {
  /** The indices of its brackets among the tokens. */
  readonly open: number
  readonly close: number
  /** Of each property the index of the token at which its value begins, by the name of the property. */
  readonly properties: ReadonlyMap<string, number>
  /** The index of the token with which the last property begins that it does not name: by `...`, or with a computed name. */
  readonly lastUnnamed: number | undefined
}

/** The object whose first bracket is at this index; undefined if there is none. */
export function objectAt(tokens: readonly Token[], open: number): ObjectLiteral | undefined {
  if (tokens[open]?.text !== '{') return undefined
  const properties = new Map<string, number>()
  let lastUnnamed: number | undefined
  for (let at = open + 1; at < tokens.length;) {
    const token = tokens[at]
    if (token?.text === '}') return { open, close: at, properties, lastUnnamed }
    if (token?.kind === 'word' || token?.kind === 'string') properties.set(nameOf(token), at + 2)
    else lastUnnamed = at
    at = endOfItem(tokens, at)
  }
  return undefined
}

/** The index behind the comma that ends an item of a list, or of the bracket that ends the list. */
function endOfItem(tokens: readonly Token[], from: number): number {
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    const text = tokens[at]?.kind === 'mark' ? (tokens[at]?.text ?? '') : ''
    if (isOpening(text)) depth++
    else if (isClosing(text) && depth-- === 0) return at
    else if (text === ',' && depth === 0) return at + 1
  }
  return tokens.length
}

function nameOf({ kind, text }: Token): string {
  return kind === 'string' ? text.slice(1, -1) : text
}

/** An insertion of text behind a bracket, in the way in which what follows it is written: in its line, or in one of its own. */
export function behind(text: string, bracket: Token, next: Token, item: string): string {
  const line = /^[^\S\r\n]*(?:\/\/[^\r\n]*)?(?=(\r?\n))/.exec(text.slice(bracket.end, next.start))
  const isLast = isClosing(next.text)
  if (line) {
    const indent = indentOf(text, next.start) + (isLast ? '  ' : '')
    const at = bracket.end + line[0].trimEnd().length
    return splice(text, at, at, `${line[1]}${indent}${item},`)
  }
  const space = bracket.text === '{' ? ' ' : ''
  if (isLast) return splice(text, bracket.end, next.start, `${space}${item}${space}`)
  return splice(text, bracket.end, bracket.end, `${space}${item},${space === '' ? ' ' : ''}`)
}

function indentOf(text: string, at: number): string {
  return /^[^\S\n]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1))?.[0] ?? ''
}

function splice(text: string, from: number, to: number, insertion: string): string {
  return text.slice(0, from) + insertion + text.slice(to)
}
