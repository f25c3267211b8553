import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { writeAtomically } from '../../build/atomic-file.ts'
import { messageOf, systemCode } from '../../errors.ts'
import { checkFailure, type Failure, invalid, type RecordedFailure } from './failure.ts'

/** A failure, or where it is: the path or the URL of its file. */
export type FailureSource = string | URL | Failure

/** Longer names of files are of no use to anybody. */
const LONGEST_NAME = 60

/** The name of its file: that of its exploration, and its hash. */
export function failureFileName({
  exploration,
  hash,
}: Pick<RecordedFailure, 'exploration' | 'hash'>): string {
  // Letters that come apart leave their marks behind.
  const letters = exploration.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  const words = letters.match(/[a-z0-9]+/g) ?? []
  const name = words.join('-').slice(0, LONGEST_NAME).replace(/-$/, '')
  return `${name || 'exploration'}-${hash}.json`
}

/**
 * Writes a failure into a directory, which is made if there is none: its whole file or nothing. Gives back the path.
 * @param file where its exploration is
 */
export function writeFailure(failure: RecordedFailure, directory: string, file?: string): string {
  const target = path.join(directory, failureFileName(failure))
  const relative =
    file === undefined ? failure.file : path.relative(directory, file).split(path.sep).join('/')
  mkdirSync(directory, { recursive: true })
  writeAtomically(
    target,
    failureText({ ...failure, ...(relative !== undefined && { file: relative }) }),
    0o644,
  )
  return target
}

/**
 * Reads a failure: from a file, by its path or URL, or what is one already. Throws `ERR_FAILURE_INVALID`, which says what is
 * wrong.
 * @param from what relative paths are relative to, and how messages call it
 */
export function readFailure(source: FailureSource, from: From = { directory: process.cwd() }): Failure {
  if (typeof source !== 'string' && !(source instanceof URL))
    return checkFailure(source, 'The failure that is to be replayed')
  const file = pathOf(source, from.directory)
  const where = `The failure in ${file}`
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    throw invalid(
      where,
      `cannot be read (${systemCode(error) ?? String(error)}). Paths are relative to ${from.name ?? from.directory}`,
      error,
    )
  }
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    const problem = messageOf(error)
    throw invalid(where, `is no JSON: ${problem}. Take the file as it was written`, error)
  }
  return checkFailure(value, where)
}

interface From {
  readonly directory: string
  /** Default: the directory. */
  readonly name?: string
}

/** Its JSON: a line for each field, entry and line of the timeline, always in the same order, so that differences can be read. */
export function failureText(failure: Failure): string {
  const fields = KEYS.flatMap((key) => {
    const value = failure[key]
    return value === undefined
      ? []
      : [`  ${JSON.stringify(key)}: ${LISTED.has(key) ? list(value) : line(value)}`]
  })
  return `{\n${fields.join(',\n')}\n}\n`
}

const KEYS: readonly (keyof Failure)[] = [
  'format',
  'exploration',
  'file',
  'breaks',
  'message',
  'schedule',
  'hash',
  'seed',
  'within',
  'agents',
  'versions',
  'timeline',
]
const LISTED: ReadonlySet<string> = new Set(['schedule', 'timeline'])

function list(value: unknown): string {
  const entries = (value as readonly unknown[]).map((entry) => `    ${line(entry)}`)
  return entries.length === 0 ? '[]' : `[\n${entries.join(',\n')}\n  ]`
}

/** JSON on one line, with spaces. */
function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).flatMap(([key, field]) =>
    field === undefined ? [] : [`${JSON.stringify(key)}: ${line(field)}`],
  )
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function pathOf(source: string | URL, directory: string): string {
  const url = typeof source === 'string' && source.startsWith('file:') ? new URL(source) : source
  if (typeof url === 'string') return path.resolve(directory, url)
  if (url.protocol === 'file:') return fileURLToPath(url)
  throw invalid(
    `The failure at ${url.href}`,
    'cannot be read: only URLs of files can, such as those of `new URL(…, import.meta.url)`',
  )
}
