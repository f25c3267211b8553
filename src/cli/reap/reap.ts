import { reapRun, type Reaped } from '../../reap/reap-run.ts'
import { isOwn } from '../../reap/find-runs.ts'
import { abortable } from '../../wait.ts'
import type { Context, ExitCode } from '../command.ts'
import { elsewhereText, processLines, runText } from '../ps/run-text.ts'
import { lookAtRuns, processFacts, runFacts, type Seen, type SeenRun } from '../runs.ts'
import { screenOf } from '../screen.ts'
import type { ReapCommandOptions } from './command.ts'

/** What became of one run, or would. */
interface Outcome extends SeenRun {
  readonly reaped?: Reaped
}

/** Ends what dead runs have left, and with `all` the runs that live. */
export async function reap(options: ReapCommandOptions, context: Context): Promise<ExitCode> {
  const { signal } = context
  const seen = await abortable(lookAtRuns(), signal)
  const chosen = seen.runs.filter(
    (one) => one.isLeft || (options.all === true && isLive(one) && !isOwn(one.run)),
  )
  const outcomes: Outcome[] = []
  for (const one of chosen) {
    if (options.dryRun) outcomes.push(one)
    else outcomes.push({ ...one, reaped: await abortable(reapRun(one.run), signal) })
  }
  const { out } = context.streams
  const foreign = seen.runs.filter(({ run }) => run.state === 'foreign')
  out.write(
    options.json
      ? `${JSON.stringify(facts(outcomes, foreign, seen, options), undefined, 2)}\n`
      : text(outcomes, foreign, seen, options, context),
  )
  return outcomes.every(({ reaped }) => reaped && isDone(reaped)) ? 0 : 1
}

function isLive({ run }: SeenRun): boolean {
  return run.state === 'alive' || run.state === 'ending'
}

function isDone({ left, problem }: Reaped): boolean {
  return left.length === 0 && problem === undefined
}

function facts(
  outcomes: readonly Outcome[],
  foreign: readonly SeenRun[],
  { temporary, elsewhere }: Seen,
  { dryRun = false }: ReapCommandOptions,
): object {
  return {
    temporary,
    dryRun,
    runs: outcomes.map(({ reaped, ...one }) => ({
      ...runFacts(one),
      killed: (reaped?.killed ?? []).map(processFacts),
      left: (reaped?.left ?? []).map(processFacts),
      removed: reaped?.removed ?? false,
      problem: reaped?.problem ?? null,
    })),
    foreign: foreign.map(({ run }) => run.root),
    elsewhere,
  }
}

function text(
  outcomes: readonly Outcome[],
  foreign: readonly SeenRun[],
  { temporary, elsewhere }: Seen,
  { all }: ReapCommandOptions,
  context: Context,
): string {
  const screen = screenOf(context)
  const blocks = outcomes.map((one) => {
    const { run, reaped } = one
    if (!reaped) return `${screen.paint('yellow', 'would end')} ${runText(one, screen)}`
    const lines = [
      `${screen.paint('bold', run.mark)}  killed ${reaped.killed.length}, ${directoryText(run.root, reaped)}`,
      ...processLines(reaped.killed).map((line) => screen.fit(`  ${line}`)),
    ]
    if (reaped.left.length > 0) {
      lines.push(screen.paint('red', '  still there, not reachable or in an uninterruptible call:'))
      lines.push(...processLines(reaped.left).map((line) => screen.fit(`  ${line}`)))
    }
    return `${lines.join('\n')}\n`
  })
  if (outcomes.length === 0) {
    blocks.push(
      all ? `There is no run in ${temporary}.\n` : `No dead run has left anything in ${temporary}.\n`,
    )
  }
  if (foreign.length > 0) {
    const list = foreign.map(({ run }) => `  ${run.root}\n`).join('')
    blocks.push(`Not reachable, because another user's:\n${list}`)
  }
  if (elsewhere.length > 0) blocks.push(elsewhereText(elsewhere))
  return blocks.join('\n')
}

function directoryText(root: string, { removed, problem }: Reaped): string {
  if (removed) return 'its directory is gone'
  return problem === undefined ? `${root} stays` : `${root} cannot be removed (${problem})`
}
