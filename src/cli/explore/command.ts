import { InvalidArgumentError, Option } from 'commander'

import type { AddCommand } from '../command.ts'

/** What `explore` was called with. */
export interface ExploreCommandOptions {
  readonly shard?: string
  readonly workers?: number
  readonly schedules?: number
  readonly seed?: number
  readonly grep?: RegExp
  readonly report?: string
  readonly merge?: readonly string[]
  readonly failures?: string
  readonly replay?: string
  readonly json?: boolean
}

export const addExplore: AddCommand = (program, context, done) => {
  program
    .command('explore')
    .summary('search for schedules of faults that break an invariant')
    .description(
      'Plays the explorations that files declare by `explore(…)`, without Vitest: all of them, or one part of several, or what ' +
        'was found before.',
    )
    .argument('[files...]', 'files that call explore, or globs of such files')
    .addOption(
      new Option('--shard <i/n>', 'play part i of n only; by default as the variables of the CI system say'),
    )
    .addOption(
      new Option('--workers <n>', 'how many threads play; by default one for each core').argParser(whole),
    )
    .addOption(
      new Option('--schedules <n>', 'how many schedules each has, whatever its file says').argParser(whole),
    )
    .addOption(new Option('--seed <n>', 'which schedules they are, whatever its file says').argParser(seed))
    .addOption(
      new Option('--grep <name>', 'only those whose name matches this regular expression').argParser(pattern),
    )
    .addOption(new Option('--report <file>', 'write what came of it to this file, as JSON'))
    .addOption(
      new Option('--merge <files...>', 'play nothing, and merge the reports of all parts').conflicts('shard'),
    )
    .addOption(
      new Option(
        '--failures <folder>',
        'where what is found is written; by default `__failures__` beside its file, which its test plays first',
      ),
    )
    .addOption(
      new Option(
        '--replay <file>',
        'play what was found again: in a simulation, then with real processes',
      ).conflicts(['merge', 'shard', 'report']),
    )
    .option('--json', 'print what came of it as JSON')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: ExploreCommandOptions) => {
      if (options.merge) {
        const { mergeParts } = await import('./merge.ts')
        return done(mergeParts(options.merge, options, context))
      }
      if (options.replay !== undefined) {
        const { replay } = await import('./replay.ts')
        return done(await replay(options.replay, files, options, context))
      }
      const { explore } = await import('./explore.ts')
      return done(await explore(files, options, context))
    })
}

const HELP = `
Exit codes: 0 nothing was found, 1 something was found, or is still broken, 2 it could not be done, 130 it was interrupted.

Parts: GitLab, CircleCI, Buildkite, Azure Pipelines, Semaphore and Bitbucket tell parallel jobs which part is theirs; a Kubernetes
indexed job needs the variable JOB_COMPLETIONS besides. Elsewhere, as in a matrix of GitHub Actions, use --shard.

Examples:
  npx vitest-supervise explore 'test/**/*.explore.ts' --schedules 100000
  npx vitest-supervise explore test/supervisor.test.ts --shard 2/4 --report part-2.json
  npx vitest-supervise explore --merge part-*.json --report all.json
  npx vitest-supervise explore --replay test/__failures__/the-supervisor-0123456789abcdef.json`

function whole(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('It must be a whole number, 0 or more.')
  return Number(value)
}

function seed(value: string): number {
  const number = whole(value)
  if (number < 2 ** 31) return number
  throw new InvalidArgumentError(`It must be at most ${2 ** 31 - 1}.`)
}

function pattern(value: string): RegExp {
  try {
    return new RegExp(value)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
