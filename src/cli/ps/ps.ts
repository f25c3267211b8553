import { abortable } from '../../wait.ts'
import type { Context, ExitCode } from '../command.ts'
import { lookAtRuns, runFacts, type Seen } from '../runs.ts'
import { screenOf } from '../screen.ts'
import type { PsCommandOptions } from './command.ts'
import { elsewhereText, runText } from './run-text.ts'

/** Shows what there is of runs. */
export async function ps({ json }: PsCommandOptions, context: Context): Promise<ExitCode> {
  const seen = await abortable(lookAtRuns(), context.signal)
  const { out } = context.streams
  out.write(json ? `${JSON.stringify(facts(seen), undefined, 2)}\n` : text(seen, context))
  return seen.runs.some(({ isLeft }) => isLeft) ? 1 : 0
}

function facts({ temporary, runs, elsewhere }: Seen): object {
  return { temporary, runs: runs.map(runFacts), elsewhere }
}

function text({ temporary, runs, elsewhere }: Seen, context: Context): string {
  const screen = screenOf(context)
  const blocks = runs.map((run) => runText(run, screen))
  if (runs.length === 0) blocks.push(`No run has anything in ${temporary}.\n`)
  if (elsewhere.length > 0) blocks.push(elsewhereText(elsewhere))
  if (runs.some(({ isLeft }) => isLeft))
    blocks.push('`npx vitest-supervise reap` removes what dead runs have left.\n')
  return blocks.join('\n')
}
