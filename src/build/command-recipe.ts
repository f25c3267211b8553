import fs from 'node:fs'
import path from 'node:path'

import { SuperviseError } from '../errors.ts'
import type { CommandEntry } from './entry.ts'
import type { Recipe } from './recipe.ts'

/** Runs the user's command for an executable. It runs again when a file that matches `inputs` changes, comes or goes. */
export function commandRecipe(entry: CommandEntry): Recipe {
  const list = async () => {
    const { files, directories } = await commandInputs(entry)
    return [...files, ...directories]
  }
  return {
    identity: ['command', entry.command, entry.inputs, entry.cwd],
    name: 'agent',
    patience: 5 * 60_000,
    list,
    async build(directory, signal) {
      const extension = process.platform === 'win32' ? '.exe' : ''
      const { runBuildCommand } = await import('./run-build-command.ts')
      // Of its own, for what compilers leave beside their output.
      const scratch = fs.mkdtempSync(path.join(directory, 'build-'))
      try {
        const out = path.join(scratch, `agent${extension}`)
        await runBuildCommand(entry, { out, log: path.join(scratch, 'log'), signal })
        const file = path.join(directory, `${path.basename(scratch)}.tmp`)
        fs.renameSync(out, file)
        return { content: { file }, extension, inputs: await list() }
      } finally {
        fs.rmSync(scratch, { recursive: true, force: true })
      }
    },
  }
}

/**
 * The files that match, and the directories in which more could. Neither in `node_modules` nor `.git`.
 * Throws `ERR_OPTION_INVALID` if nothing matches.
 */
export async function commandInputs(
  entry: CommandEntry,
): Promise<{ files: string[]; directories: string[] }> {
  const { glob } = await import('tinyglobby')
  const options = { cwd: entry.cwd, absolute: true, ignore: ['**/node_modules/**', '**/.git/**'] }
  const files = (await glob(entry.inputs, options)).map((file) => path.resolve(file)).sort()
  if (files.length === 0) {
    throw new SuperviseError(
      'ERR_OPTION_INVALID',
      `No file matches the inputs of the agent's build command: ${entry.inputs.join(', ')} in ${entry.cwd}. ` +
        `Name all that the command reads, as patterns relative to its cwd: a change of these files is what makes ` +
        `the agent be built again.`,
      { option: 'inputs', cwd: entry.cwd },
    )
  }
  const bases = entry.inputs.filter((pattern) => !pattern.startsWith('!')).map(baseOf)
  const below = bases.filter(({ deep }) => deep).map(({ base }) => path.posix.join(base, '**'))
  const directories = await glob(below, { ...options, onlyDirectories: true })
  const all = [...bases.map(({ base }) => base), ...directories].map((directory) =>
    path.resolve(entry.cwd, directory),
  )
  return { files, directories: [...new Set(all)].sort() }
}

/** The part of a pattern before its first wildcard, and whether the rest goes further down. */
function baseOf(pattern: string): { base: string; deep: boolean } {
  const segments = pattern.split('/')
  const wild = segments.findIndex((segment) => /[*?[\]{}()!+@]/.test(segment))
  const at = wild < 0 ? segments.length - 1 : wild
  return {
    base: segments.slice(0, at).join('/') || (pattern.startsWith('/') ? '/' : '.'),
    deep: at < segments.length - 1,
  }
}
