/** A piece of a program in JavaScript or TypeScript, or of JSON, between what is blank. */
export interface Token {
  readonly kind: 'word' | 'string' | 'mark' | 'other'
  readonly text: string
  /** Where it begins and ends in the text. */
  readonly start: number
  readonly end: number
}

const BLANK = /\s+|\/\/[^\n]*|\/\*[^]*?\*\//y
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy
const NUMBER = /\d[\w.]*/y
const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y
const REGEX = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y
/** Words behind which a value follows, and no division. */
const BEFORE_VALUES = new Set(['return', 'typeof', 'case', 'in', 'of', 'new', 'void', 'await', 'default'])

/** The tokens of a text, comments left out; undefined for one that is not understood, or whose brackets do not pair. */
export function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  const open: string[] = []
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length;) {
    const blank = match(BLANK, text, at)
    if (blank > at) {
      at = blank
      continue
    }
    const token = tokenAt(text, at, tokens.at(-1))
    if (!token) return undefined
    if (isOpening(token.text)) open.push(token.text)
    else if (isClosing(token.text) && !pairs(open.pop(), token.text)) return undefined
    tokens.push(token)
    at = token.end
  }
  return open.length === 0 ? tokens : undefined
}

/** Whether a bracket opens here. */
export function isOpening(text: string): boolean {
  return text === '(' || text === '[' || text === '{'
}

/** Whether a bracket closes here. */
export function isClosing(text: string): boolean {
  return text === ')' || text === ']' || text === '}'
}

function tokenAt(text: string, start: number, before: Token | undefined): Token | undefined {
  const token = (kind: Token['kind'], end: number): Token => ({
    kind,
    text: text.slice(start, end),
    start,
    end,
  })
  const character = text.charAt(start)
  const word = match(WORD, text, start)
  if (word > start) return token('word', word)
  const number = match(NUMBER, text, start)
  if (number > start) return token('other', number)
  if (character === '"' || character === "'") {
    const end = match(STRING, text, start)
    return end > start ? token('string', end) : undefined
  }
  if (character === '`') {
    const end = templateEnd(text, start)
    return end === undefined ? undefined : token('other', end)
  }
  if (character === '/' && comesBeforeValue(before)) {
    const end = match(REGEX, text, start)
    return end > start ? token('other', end) : undefined
  }
  return token('mark', start + 1)
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function comesBeforeValue(before: Token | undefined): boolean {
  if (before?.kind === 'word') return BEFORE_VALUES.has(before.text)
  return before === undefined || (before.kind === 'mark' && !isClosing(before.text))
}

/** Where the template that begins here ends, with all that is written in it. */
function templateEnd(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '`') return at + 1
    else if (text.startsWith('${', at)) {
      const end = expressionEnd(text, at + 2)
      if (end === undefined) return undefined
      at = end
    }
  }
  return undefined
}

/** Where the bracket is that closes an expression in a template. */
function expressionEnd(text: string, start: number): number | undefined {
  let depth = 0
  let before: Token | undefined
  for (let at = start; at < text.length;) {
    const blank = match(BLANK, text, at)
    const token = blank > at ? undefined : tokenAt(text, at, before)
    if (blank === at && !token) return undefined
    if (token?.text === '{') depth++
    if (token?.text === '}' && depth-- === 0) return at
    before = token ?? before
    at = token?.end ?? blank
  }
  return undefined
}

function pairs(opening: string | undefined, closing: string): boolean {
  return opening !== undefined && '([{'.indexOf(opening) === ')]}'.indexOf(closing)
}
