import type { AddCommand } from '../command.ts'

/** What `init` was called with. */
export interface InitCommandOptions {
  readonly ci: boolean
  readonly install?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

export const addInit: AddCommand = (program, context, done) => {
  program
    .command('init')
    .summary('set a project up: plugin, a first test, a CI workflow')
    .description(
      'Adds the plugin to the Vitest configuration, a first test that passes, a workflow of GitHub Actions, and the script `test`. ' +
        'A file that is there is never overwritten; doing it twice changes nothing.',
    )
    .argument('[dir]', 'the directory of the project', '.')
    .option('--no-ci', 'write no workflow')
    .option('--install', 'install the packages that are missing, too')
    .option('--dry-run', 'write nothing, and show what would be written')
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', HELP)
    .action(async (directory: string, options: InitCommandOptions) => {
      const { init } = await import('./init.ts')
      done(await init(directory, options, context))
    })
}

const HELP = `
Exit codes: 0 it is done, 1 something is left to be done by hand, and is printed, 2 it could not be done, 130 it was interrupted.
Files are written all or not at all.`
