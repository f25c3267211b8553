import type { RunState } from '../../reap/found-run.ts'
import type { RunProcess } from '../../reap/run-processes.ts'
import type { SeenRun } from '../runs.ts'
import { agoText, columns, type Mark, type Screen } from '../screen.ts'

const STATES: Readonly<Record<RunState, { readonly text: string; readonly mark: Mark }>> = {
  alive: { text: 'alive', mark: 'green' },
  ending: { text: 'its main process is dead, its reaper is at work', mark: 'yellow' },
  dead: { text: 'dead', mark: 'red' },
  kept: { text: 'over', mark: 'dim' },
  unclear: { text: "being made, or another container's", mark: 'yellow' },
  foreign: { text: "another user's, not reachable", mark: 'yellow' },
}

/** A run and its processes, in lines. */
export function runText({ run, processes, isLeft }: SeenRun, { paint, fit, wrap }: Screen): string {
  const { text, mark } = STATES[run.state]
  const state = run.state === 'kept' && isLeft ? paint('red', 'over, but for processes') : paint(mark, text)
  const facts = [
    ...(run.owner === undefined ? [] : [`main pid ${run.owner.pid}`]),
    ...(run.since === undefined ? [] : [`since ${new Date(run.since).toISOString()}`]),
    ...(run.kept.length === 0 ? [] : [`keeps ${run.kept.length} of failed tests`]),
  ]
  return [
    `${paint('bold', run.mark)}  ${state}`,
    ...wrap(facts.join(', '), 2).map((line) => `  ${line}`),
    `  ${run.root}${run.since === undefined ? ' (removed)' : ''}`,
    ...processLines(processes).map((line) => fit(`  ${line}`)),
    '',
  ].join('\n')
}

/** Processes as a table. */
export function processLines(processes: readonly RunProcess[]): string[] {
  if (processes.length === 0) return []
  const rows = processes.map(({ pid, ppid, age, kind, agent, reachable, command }) => [
    String(pid),
    String(ppid),
    age === undefined ? '' : agoText(age),
    kind + (agent === undefined ? '' : ` "${agent}"`) + (reachable ? '' : ', not reachable'),
    command,
  ])
  return columns([['PID', 'PPID', 'AGE', 'WHAT', 'COMMAND'], ...rows], [0, 1, 2])
}

/** Tells of runs that are not looked at. */
export function elsewhereText(elsewhere: readonly string[]): string {
  const list = elsewhere.map((directory) => `  TMPDIR=${directory}\n`).join('')
  return `Processes of runs in other directories for temporary files are there, too. Look with\n${list}`
}
