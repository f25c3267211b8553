import type { AddCommand } from '../command.ts'

/** What `doctor` was called with. */
export interface DoctorCommandOptions {
  readonly config: boolean
  readonly json?: boolean
}

export const addDoctor: AddCommand = (program, context, done) => {
  program
    .command('doctor')
    .summary('say what of this machine and project is as it has to be, and which tests will be skipped')
    .description(
      'Looks at versions, the Vitest configuration, processes, temporary files, sockets, what faults need, and what dead runs have ' +
        'left. It tries things out, and takes back what it has made.',
    )
    .argument('[dir]', 'the directory of the project', '.')
    .option('--no-config', 'do not have Vitest load the configuration of the project')
    .option('--json', 'print it as JSON')
    .addHelpText('after', HELP)
    .action(async (directory: string, options: DoctorCommandOptions) => {
      const { doctor } = await import('./doctor.ts')
      done(await doctor(directory, options, context))
    })
}

const HELP = `
Each line is ok, a warning (less can be done, or tests are skipped) or a problem (tests will fail).

Exit codes: 0 there is no problem, 1 there is one, 2 it could not be done, 130 it was interrupted.`
