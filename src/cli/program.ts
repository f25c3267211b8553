import { Command, CommanderError } from 'commander'

import { playVersions } from '../explore/replay/play-versions.ts'
import type { AddCommand, Context } from './command.ts'
import { addDoctor } from './doctor/command.ts'
import { addExplore } from './explore/command.ts'
import { failureOf, failureText, wantsJson } from './failure.ts'
import { addInit } from './init/command.ts'
import { Interrupted } from './interruption.ts'
import { addPs } from './ps/command.ts'
import { addReap } from './reap/command.ts'

/** Each is in a file of its own, and loads what it does when it is called. */
const COMMANDS: readonly AddCommand[] = [addInit, addDoctor, addExplore, addPs, addReap]

/**
 * Runs the program with these arguments, and gives its exit code. Errors are told on `err`, those of this package without a stack; with
 * `--json` what ends it with 2 is on `out`, too.
 */
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
    if (error instanceof Interrupted || (error instanceof CommanderError && error.exitCode === 0))
      return error.exitCode
    // What is wrong with the arguments has been said.
    if (!(error instanceof CommanderError)) err.write(`${failureText(error)}\n`)
    if (wantsJson(args)) out.write(`${JSON.stringify({ error: failureOf(error) }, undefined, 2)}\n`)
    return 2
  }
}
