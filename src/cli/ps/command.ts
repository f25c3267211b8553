import type { AddCommand } from '../command.ts'

/** What `ps` was called with. */
export interface PsCommandOptions {
  readonly json?: boolean
}

export const addPs: AddCommand = (program, context, done) => {
  program
    .command('ps')
    .summary('show the test runs that are there, and what dead ones have left')
    .description(
      'Shows the runs whose directories are in the directory for temporary files, with their processes. It changes nothing.',
    )
    .option('--json', 'print it as JSON')
    .addHelpText('after', HELP)
    .action(async (options: PsCommandOptions) => {
      const { ps } = await import('./ps.ts')
      done(await ps(options, context))
    })
}

const HELP = `
Exit codes: 0 dead runs have left nothing, 1 one has, 2 it could not be done, 130 it was interrupted.

Runs in another directory for temporary files are seen with TMPDIR set to that one.`
