import type { AddCommand } from '../command.ts'

/** What `reap` was called with. */
export interface ReapCommandOptions {
  readonly all?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

export const addReap: AddCommand = (program, context, done) => {
  program
    .command('reap')
    .summary('end what dead runs have left: processes, then directories')
    .description(
      'Ends what dead runs have left in the directory for temporary files, and waits until it is gone. Runs that live are not ' +
        'touched, unless --all is given. Directories of failed tests stay for their three days.',
    )
    .option('--all', 'end the runs that live, too: their tests are killed')
    .option('--dry-run', 'end nothing, and show what would be ended')
    .option('--json', 'print what came of it as JSON')
    .addHelpText('after', HELP)
    .action(async (options: ReapCommandOptions) => {
      const { reap } = await import('./reap.ts')
      done(await reap(options, context))
    })
}

const HELP = `
Exit codes: 0 nothing is left, 1 something could not be ended, such as a process of another user, or would be ended without
--dry-run, 2 it could not be done, 130 it was interrupted.

Who starts the tests again has no need of it: each run begins by doing the same.`
