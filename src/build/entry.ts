import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { SuperviseError } from '../errors.ts'
import type { AgentEntry } from '../options.ts'
import { packageRoot } from '../package-root.ts'

/** A checked entry: every path absolute, every default filled in. */
export type ResolvedEntry = SourceEntry | CommandEntry | RunEntry | ExecutableEntry

export interface SourceEntry {
  readonly kind: 'source'
  readonly file: string
  readonly cwd: string
}

export interface CommandEntry {
  readonly kind: 'command'
  readonly command: readonly [string, ...string[]]
  readonly inputs: readonly string[]
  readonly cwd: string
}

export interface RunEntry {
  readonly kind: 'run'
  readonly run: readonly [string, ...string[]]
  /** Those of `run` that are files. */
  readonly files: readonly string[]
}

/** An executable file that is an agent as it is. */
export interface ExecutableEntry {
  readonly kind: 'executable'
  readonly file: string
}

/**
 * Checks an entry, default the scripted agent of this package, against `cwd`, default that of the process.
 * Throws `ERR_OPTION_INVALID`, `ERR_AGENT_NOT_FOUND` or `ERR_AGENT_NOT_EXECUTABLE`.
 */
export function resolveEntry(entry: AgentEntry | undefined, cwd = process.cwd()): ResolvedEntry {
  const base = path.resolve(cwd)
  if (entry === undefined) return resolveSource(path.join(packageRoot(), 'agent', 'main.ts'), base)
  if (typeof entry === 'string') return resolveSource(entry, base)
  if (typeof entry === 'object' && entry !== null) {
    if ('command' in entry) return resolveCommand(entry, base)
    if ('run' in entry) return resolveRun(entry, base)
  }
  throw invalid(
    'The agent entry is neither a path, nor { command, inputs }, nor { run }.',
    'Give the path of a TypeScript or JavaScript file, a build command, or a program to run.',
  )
}

const SOURCE = /\.[cm]?[jt]s$/

function resolveSource(entry: string, base: string): SourceEntry {
  if (entry === '') throw invalid('The agent entry is an empty string.', 'Give the path of a file.')
  const file = path.resolve(base, entry.startsWith('file:') ? fileURLToPath(entry) : entry)
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) throw notFound(`The agent entry '${entry}'`, file, similarNames(file))
  if (stats.isDirectory()) {
    throw new SuperviseError(
      'ERR_AGENT_NOT_FOUND',
      `The agent entry '${entry}' is a directory: ${file}. Name the file in it that is the agent's main module.`,
      { path: file },
    )
  }
  if (!SOURCE.test(file)) {
    throw invalid(
      `The agent entry '${entry}' is not TypeScript or JavaScript (.ts, .mts, .cts, .js, .mjs or .cjs).`,
      `To start it as it is, write { run: ['${entry}'] }, with its interpreter before it if it needs one; ` +
        `to compile it, { command: [..., '{out}'], inputs: [...] }.`,
    )
  }
  return { kind: 'source', file, cwd: base }
}

function resolveCommand(entry: Extract<AgentEntry, { command: unknown }>, base: string): CommandEntry {
  const command = strings(entry.command, 'command')
  const inputs = strings(entry.inputs, 'inputs')
  if (!command.some((word) => word.includes('{out}'))) {
    throw invalid(
      `The agent's build command never says where its output goes: ${command.join(' ')}.`,
      "Put '{out}' where the path of the executable belongs, as in ['cc', '-o', '{out}', 'agent.c'].",
    )
  }
  return { kind: 'command', command, inputs, cwd: workingDirectory(entry.cwd, base) }
}

function resolveRun(entry: Extract<AgentEntry, { run: unknown }>, base: string): RunEntry | ExecutableEntry {
  const cwd = workingDirectory(entry.cwd, base)
  const [first, ...rest] = strings(entry.run, 'run')
  const files: string[] = []
  // The agent's working directory is its runtime directory: what names something here must still name it there.
  const args = rest.map((word) => {
    const file = fileNamed(word, cwd)
    if (file === undefined) return word
    files.push(file)
    return file
  })
  if (!/[/\\]/.test(first)) return { kind: 'run', run: [first, ...args], files }
  const program = path.resolve(cwd, first)
  checkExecutable(program, first)
  if (args.length === 0) return { kind: 'executable', file: program }
  return { kind: 'run', run: [program, ...args], files: [program, ...files] }
}

/** A word with a separator may be a directory; one without is too likely something else that has the same name. */
function fileNamed(word: string, cwd: string): string | undefined {
  if (word === '' || word.startsWith('-') || word.includes('\0')) return undefined
  const file = path.resolve(cwd, word)
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  return stats.isFile() || /^\.\.?$|[/\\]/.test(word) ? file : undefined
}

function checkExecutable(file: string, word: string): void {
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) throw notFound(`The program '${word}' of the agent's run option`, file, '')
  try {
    fs.accessSync(file, fs.constants.X_OK)
    if (stats.isFile()) return
  } catch {
    // Said below.
  }
  throw new SuperviseError(
    'ERR_AGENT_NOT_EXECUTABLE',
    `The program '${word}' of the agent's run option cannot be executed: ${file}. Make it an executable file ` +
      `(chmod +x), or put its interpreter before it, as in ['python3', 'agent.py'].`,
    { path: file },
  )
}

function workingDirectory(cwd: string | undefined, base: string): string {
  const directory = path.resolve(base, cwd ?? '.')
  if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return directory
  throw notFound("The agent entry's working directory (cwd)", directory, '')
}

function strings(value: unknown, option: string): [string, ...string[]] {
  if (Array.isArray(value) && value.every((word) => typeof word === 'string' && !word.includes('\0'))) {
    const [first, ...rest]: string[] = value
    if (first) return [first, ...rest]
  }
  throw invalid(
    `The agent entry's '${option}' is not a list of strings with at least one in it.`,
    `Give for example ${EXAMPLES[option]}.`,
  )
}

const EXAMPLES: Record<string, string> = {
  command: "command: ['go', 'build', '-o', '{out}', './cmd/agent']",
  inputs: "inputs: ['**/*.go'], all that the command reads",
  run: "run: ['python3', 'agent.py']",
}

function similarNames(file: string): string {
  const stem = path.parse(file).name
  try {
    const found = fs.readdirSync(path.dirname(file)).filter((name) => path.parse(name).name === stem)
    return found.length > 0 ? ` There is ${found.join(' and ')} in that directory.` : ''
  } catch {
    return ''
  }
}

function notFound(what: string, file: string, hint: string): SuperviseError {
  return new SuperviseError(
    'ERR_AGENT_NOT_FOUND',
    `${what} does not exist: ${file}.${hint} Correct the path; relative ones are relative to the option cwd, ` +
      `which defaults to the project's root.`,
    { path: file },
  )
}

function invalid(wrong: string, remedy: string): SuperviseError {
  return new SuperviseError('ERR_OPTION_INVALID', `${wrong} ${remedy}`, { option: 'entry' })
}
