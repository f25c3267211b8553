import type { Failure } from './failure.ts'

/** Longer lines are broken. Characters. */
const WIDTH = 100
const INDENT = '  '

/**
 * A test to paste behind an exploration, `explore(…)`. In the style of most: single quotes, trailing commas, no semicolons, 100
 * characters.
 */
export function pasteText({ breaks, message, schedule, hash, seed, within }: Failure): string {
  const needed = { breaks, schedule, hash, seed, within }
  const comment = message === undefined ? '' : `  // ${oneLine(message)}\n`
  return `${comment}  .replay(${literal(needed, INDENT, ')', '.replay(')})\n`
}

/**
 * A value of JSON as TypeScript has it.
 * @param indent of the line that it begins on
 * @param after what stands behind it there
 */
function literal(value: unknown, indent: string, after = '', before = ''): string {
  const flat = flatLiteral(value)
  const fits = indent.length + before.length + flat.length + after.length <= WIDTH
  if (fits || typeof value !== 'object' || value === null) return flat
  const inner = indent + INDENT
  const lines = Array.isArray(value)
    ? value.map((one) => literal(one, inner, ','))
    : fieldsOf(value).map(([key, field]) => `${key}: ${literal(field, inner, ',', `${key}: `)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.map((line) => `${inner}${line},\n`).join('')}${indent}${close}`
}

function flatLiteral(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(flatLiteral).join(', ')}]`
  const fields = fieldsOf(value).map(([key, field]) => `${key}: ${flatLiteral(field)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function fieldsOf(value: object): [key: string, field: unknown][] {
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => [keyOf(key), field])
}

function keyOf(key: string): string {
  // As a plain key it would be the prototype.
  if (key === '__proto__') return `['__proto__']`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)
}

/** In the quotes that need fewer escapes, single ones rather. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
  // What ends a line is escaped, also where JSON has it as it is.
  const escaped = inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  return quote + (quote === '"' ? escaped : escaped.replaceAll("'", "\\'")) + quote
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
