import { KINDS } from './sources.ts'
import type { TrialResult } from './trial.ts'

/** One line of the table: what is left of each kind of agent and of the run itself. */
export function row({ name, survivors, problem, end, toEnd, toNothing }: TrialResult): string {
  const marks = [...KINDS, 'rest'].map((kind) => {
    const left = kind === 'rest' ? [...survivors.keys()].some((key) => !isKind(key)) : survivors.has(kind)
    return (left ? 'LEFT' : '0').padStart(Math.max(kind.length, 4))
  })
  const times = `${toEnd.toFixed(0).padStart(6)} ${toNothing.toFixed(0).padStart(6)}`
  const details = [...survivors].map(([kind, what]) => `\n    left: ${kind}: ${what}`).join('')
  return `${name.padEnd(58)} ${marks.join('  ')} ${end.padStart(8)} ${times}${details}${problem ? `\n    ${problem}` : ''}`
}

export const header =
  `${'survivors of'.padEnd(58)} ${[...KINDS, 'rest'].map((kind) => kind.padStart(4)).join('  ')}` +
  `      end  end ms gone ms`

/** Whether a trial shows what it is to show: nothing. */
export function isClean({ survivors, problem }: TrialResult): boolean {
  return survivors.size === 0 && problem === undefined
}

/** \`N cells, M with survivors\`, and what else was wrong. */
export function summary(results: readonly TrialResult[]): string {
  const left = results.filter(({ survivors }) => survivors.size > 0).length
  const failed = results.filter(({ problem }) => problem !== undefined).length
  const slowest = Math.max(0, ...results.map(({ toNothing }) => toNothing))
  return (
    `${results.length} cells, ${left} with survivors` +
    (failed > 0 ? `, ${failed} that went wrong` : '') +
    `; the slowest was gone ${slowest.toFixed(0)} ms after its run`
  )
}

function isKind(key: string): boolean {
  return KINDS.some((kind) => kind === key)
}
