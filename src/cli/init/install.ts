import { execa } from 'execa'

import { SuperviseError } from '../../errors.ts'
import type { Context } from '../command.ts'
import type { Project } from './project.ts'

/** The words that install what the project lacks; undefined if it lacks nothing. */
export function installCommand({
  missing,
  packageManager: { name, add },
}: Project): readonly string[] | undefined {
  if (missing.length === 0) return undefined
  const packages = missing.map((one) => (one === 'vitest' ? vitestFor(process.versions.node) : one))
  return [name, ...add, ...packages]
}

/** Vitest as this Node can run it: version 5 is not made for Node 20. */
function vitestFor(node: string): string {
  const [major = 0, minor = 0] = node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12) ? 'vitest' : 'vitest@4'
}

/** Runs the command in the directory; what it prints goes to `err`. Rejects with `ERR_INIT_FAILED`. */
export async function install(
  [file = '', ...args]: readonly string[],
  directory: string,
  { streams: { err }, signal }: Context,
): Promise<void> {
  const child = execa(file, args, {
    cwd: directory,
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: signal,
    // Its own watch for signals would end this process before it could.
    cleanup: false,
  })
  child.all.setEncoding('utf8').on('data', (text: string) => void err.write(text))
  const result = await child
  signal.throwIfAborted()
  if (!result.failed) return
  throw new SuperviseError(
    'ERR_INIT_FAILED',
    `\`${[file, ...args].join(' ')}\` ${result.exitCode === undefined ? `could not be run (${result.code})` : `exited with ${result.exitCode}`} in ` +
      `${directory}. The files are written: run it again by itself.`,
    { cause: result.cause },
  )
}
