import { Command, CommanderError } from 'commander'

import { SuperviseError } from '../errors.ts'
import { playVersions } from '../explore/replay/play-versions.ts'
import type { AddCommand, Context } from './command.ts'
import { addDoctor } from './doctor/command.ts'
import { addExplore } from './explore/command.ts'
import { addInit } from './init/command.ts'
import { Interrupted } from './interruption.ts'
import { addPs } from './ps/command.ts'
import { addReap } from './reap/command.ts'

/** Each is in a file of its own, and loads what it does when it is called. */
const COMMANDS: readonly AddCommand[] = [addInit, addDoctor, addExplore, addPs, addReap]

/** Runs the program with these arguments, and gives its exit code. Errors are told on `err`, those of this package without a stack. */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const { out, err } = context.streams
  let code: number = 0
  const program = new Command('vitest-supervise')
    .description('Tests programs that start, watch and restart child processes.')
    .version(playVersions()['vitest-supervise'] ?? '')
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void err.write(text),
      getOutHelpWidth: () => out.columns ?? 100,
    })
    .exitOverride()
  for (const add of COMMANDS) add(program, context, (result) => (code = result))
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof Interrupted) return error.exitCode
    err.write(`${errorText(error)}\n`)
    return 2
  }
}

function errorText(error: unknown): string {
  if (error instanceof SuperviseError) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
