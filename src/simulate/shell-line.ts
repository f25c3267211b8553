import path from 'node:path'

import { unsupported } from './unsupported.ts'

/** What a command comes to, once shells and interpreters are taken off. */
export interface Command {
  /** The file that is run. */
  readonly program: string
  readonly words: readonly string[]
  /** Who looks for the file, and says so in its own way when there is none. */
  readonly by: 'system' | 'shell' | 'node'
}

const SHELL = /^(?:ba|da|k|z)?sh$/
/** Options of Node that are followed by a value. */
const WITH_VALUE = /^(?:-r|-C|--(?:require|import|loader|conditions|env-file))$/
const WORD = /(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+))(\s*)/gy
/** What only a real shell can do. */
const BEYOND_WORDS = /[|&;<>()$`*?~\\]/

/** What `spawn` runs that is given this. @param shell whether all of it is the line of a shell */
export function commandOf(file: string, args: readonly string[], shell = false): Command {
  if (shell) return ofLine([file, ...args].join(' '))
  const name = path.basename(file)
  const line = args.findIndex((word) => /^-\w*c$/.test(word)) + 1
  if (SHELL.test(name) && line > 0) return ofLine(args[line] ?? '')
  if (file === process.execPath || name === 'node') {
    const at = args.findIndex(
      (word, index) => !word.startsWith('-') && !WITH_VALUE.test(args[index - 1] ?? ''),
    )
    if (at >= 0) return { program: args[at] ?? '', words: args.slice(at + 1), by: 'node' }
  }
  return { program: file, words: args, by: 'system' }
}

function ofLine(line: string): Command {
  const words = wordsOf(line)
  while (words[0] === 'exec' || /^\w+=/.test(words[0] ?? '')) words.shift()
  const [file = '', ...args] = words
  const command = commandOf(file, args)
  return command.by === 'system' ? { ...command, by: 'shell' } : command
}

/** Throws `ERR_SIMULATION_UNSUPPORTED` for what is more than words. */
function wordsOf(line: string): string[] {
  const words: string[] = []
  let text = line.trim()
  let open = false
  while (text !== '') {
    WORD.lastIndex = 0
    const match = WORD.exec(text)
    const [all, double, single, bare = ''] = match ?? ['']
    if (!match || BEYOND_WORDS.test(bare) || /[$`\\]/.test(double ?? '')) throw tooMuch(line)
    const word = double ?? single ?? bare
    if (open) words.push(`${words.pop() ?? ''}${word}`)
    else words.push(word)
    open = match[4] === ''
    text = text.slice(all.length)
  }
  return words
}

function tooMuch(line: string): Error {
  return unsupported(
    `The line ${JSON.stringify(line)} cannot be run in a simulation: there is no shell there, which can do more than run one ` +
      'command with plain or quoted words',
    'Start the command itself, or test it with real processes',
    { line },
  )
}
