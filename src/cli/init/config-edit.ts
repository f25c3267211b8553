import { behind, objectAt, type ObjectLiteral } from './object-literal.ts'
import { isClosing, isOpening, type Token, tokensOf } from './tokens.ts'

/** What an edit of a file comes to: its new text, or why it is left to its owner. */
export type Edit = { readonly text: string } | { readonly refusal: string } | 'there'

const MODULE = 'vitest-supervise/plugin'

/** The line that imports the plugin, and the one that uses it. */
export const PLUGIN_LINES = [`import { supervise } from '${MODULE}'`, 'plugins: [supervise()],'] as const

/**
 * Adds the plugin to a Vitest configuration: to its list of plugins, or as a list where there is none. Only one that is written as
 * an object, by itself or in `defineConfig` or `mergeConfig`, is changed; and only by these two insertions.
 */
export function withPlugin(text: string): Edit {
  const tokens = tokensOf(text)
  if (!tokens) return { refusal: 'its text is not understood' }
  if (tokens.some(({ kind, text: word }) => kind === 'string' && word.slice(1, -1) === MODULE)) return 'there'
  if (has(tokens, 'supervise')) return { refusal: 'it has something else by the name `supervise`' }
  if (!has(tokens, 'export')) return { refusal: 'it is CommonJS, and the plugin is an ES module' }
  const projects = tokens.some(
    ({ text: word }, at) => /^(['"]?)projects\1$/.test(word) && tokens[at + 1]?.text === ':',
  )
  if (projects)
    return { refusal: 'it has several projects: each whose tests use this package needs the plugin' }
  const config = configIn(tokens)
  if (!config) return { refusal: 'what it exports is not written as an object' }
  const used = withUse(text, tokens, config)
  if (typeof used !== 'string') return used
  const last = lastImport(tokens)
  if (last && last.end > (tokens[config.open]?.start ?? 0))
    return { refusal: 'it imports behind what it exports' }
  return { text: withImport(used, text, tokens[0]?.start ?? 0, last) }
}

function has(tokens: readonly Token[], word: string): boolean {
  return tokens.some(({ kind, text }) => kind === 'word' && text === word)
}

/** What may stand between `export default` and the object. */
const BEFORE_OBJECT = ['', 'defineConfig (', 'mergeConfig ( * ,', 'mergeConfig ( * , defineConfig (']

function configIn(tokens: readonly Token[]): ObjectLiteral | undefined {
  const starts = [...tokens.keys()].filter(
    (at) => tokens[at]?.text === 'export' && tokens[at + 1]?.text === 'default',
  )
  const [start] = starts
  if (start === undefined || starts.length > 1) return undefined
  for (const words of BEFORE_OBJECT.map((before) => before.split(' ').filter((word) => word !== ''))) {
    const open = start + 2 + words.length
    const isSo = words.every((word, at) => {
      const token = tokens[start + 2 + at]
      return word === '*' ? token?.kind === 'word' : token?.text === word
    })
    const config = isSo ? objectAt(tokens, open) : undefined
    if (config) return config
  }
  return undefined
}

/** With the plugin in the list, as a text whose beginning up to the object is the same. */
function withUse(
  text: string,
  tokens: readonly Token[],
  config: ObjectLiteral,
): string | { refusal: string } {
  const insert = (at: number, item: string): string | { refusal: string } => {
    const [bracket, next] = [tokens[at], tokens[at + 1]]
    return bracket && next ? behind(text, bracket, next, item) : { refusal: 'its text is not understood' }
  }
  const { properties, lastUnnamed } = config
  const plugins = properties.get('plugins')
  // What comes behind a list has the last word.
  if (lastUnnamed !== undefined && lastUnnamed > (plugins ?? -1))
    return { refusal: 'its `plugins` may come from elsewhere' }
  if (plugins !== undefined) {
    const isList = tokens[plugins]?.text === '[' && tokens[plugins - 1]?.text === ':'
    return isList ? insert(plugins, 'supervise()') : { refusal: 'its `plugins` are not written as a list' }
  }
  return insert(config.open, 'plugins: [supervise()]')
}

/** With the import behind the last one, or before all code, where the text is still the `original` one. */
function withImport(text: string, original: string, start: number, last: Import | undefined): string {
  const [newline] = /\r?\n/.exec(original) ?? ['\n']
  const quote = last?.specifier.text.charAt(0) ?? "'"
  const line = `import { supervise } from ${quote}${MODULE}${quote}`
  if (!last) return `${text.slice(0, start)}${line}${newline}${newline}${text.slice(start)}`
  return `${text.slice(0, last.end)}${newline}${line}${last.semicolon}${text.slice(last.end)}`
}

interface Import {
  readonly specifier: Token
  readonly semicolon: string
  readonly end: number
}

function lastImport(tokens: readonly Token[]): Import | undefined {
  let depth = 0
  let found: Import | undefined
  for (const [at, { text, kind }] of tokens.entries()) {
    if (kind === 'mark' && isOpening(text)) depth++
    if (kind === 'mark' && isClosing(text)) depth--
    const next = tokens[at + 1]?.text
    if (depth > 0 || kind !== 'word' || text !== 'import' || next === '(' || next === '.') continue
    const end = tokens.findIndex((token, index) => index > at && token.kind === 'string')
    const specifier = tokens[end]
    // `with { type: 'json' }` belongs to it.
    const attributes = tokens[end + 1]?.text === 'with' ? objectAt(tokens, end + 2) : undefined
    const behind = tokens[(attributes?.close ?? end) + 1]
    const final = tokens[attributes?.close ?? end]
    if (!specifier || !final) continue
    const semicolon = behind?.text === ';' ? ';' : ''
    found = { specifier, semicolon, end: semicolon ? (behind?.end ?? final.end) : final.end }
  }
  return found
}
