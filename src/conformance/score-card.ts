import type { Check } from './check.ts'
import { sentenceOf, type TrialTime } from './time.ts'
import type { Verdict } from './verdict.ts'

/** What a score card says of one check. The same in every run of a supervisor that behaves the same. */
export interface Score {
  readonly check: string
  readonly title: string
  readonly verdict: Verdict['kind']
  /** Of a failure: what should have been, and what was. */
  readonly expected?: string
  readonly seen?: string
  /** Of a failure that is known: where it is reported. */
  readonly known?: string
  /** Why the check is not applicable. */
  readonly reason?: string
}

/** How a supervisor did in all checks. */
export interface ScoreCard extends TrialTime {
  readonly supervisor: string
  readonly scores: readonly Score[]
}

export function scoreOf({ name, title }: Check, verdict: Verdict, known: string | undefined): Score {
  const score = { check: name, title, verdict: verdict.kind }
  if (verdict.kind === 'pass') return score
  if (verdict.kind === 'not applicable') return { ...score, reason: verdict.reason }
  const { expected, seen } = verdict
  return { ...score, expected, seen, ...(known === undefined ? {} : { known }) }
}

/** One card in Markdown: a line for each check. */
export function renderScoreCard(card: ScoreCard): string {
  const { supervisor, scores } = card
  const rows = scores.map((score) => [`\`${score.check}\``, score.title, cellOf(score), remarkOf(score)])
  const head = ['check', 'what it should do', 'verdict', 'what was seen']
  return `# ${supervisor}\n\n${summary(scores)}. ${sentenceOf(card)}\n\n${table(head, rows)}\n`
}

/** Several cards side by side, in Markdown, with notes on what failed. Checks are in the order of the first card. */
export function renderScoreCards(cards: readonly ScoreCard[]): string {
  const checks = [...new Set(cards.flatMap(({ scores }) => scores.map(({ check }) => check)))]
  const rows = checks.map((check) => [
    `\`${check}\``,
    ...cards.map(({ scores }) => {
      const score = scores.find((one) => one.check === check)
      return score ? cellOf(score) : '?'
    }),
  ])
  const totals = ['passed', ...cards.map(({ scores }) => `${passed(scores)} of ${applicable(scores)}`)]
  const times = ['time', ...cards.map(({ time }) => time)]
  const failures = cards.flatMap(({ supervisor, scores }) =>
    scores
      .filter(({ verdict }) => verdict === 'fail')
      .map((score) => `- ${supervisor}, \`${score.check}\`: ${remarkOf(score)}`),
  )
  const names = cards.map(({ supervisor }) => supervisor)
  const notes = failures.length > 0 ? `\n${failures.join('\n')}\n` : ''
  return `${table(['check', ...names], [...rows, totals, times])}\n${notes}`
}

function summary(scores: readonly Score[]): string {
  const others = scores.length - applicable(scores)
  const rest = others === 1 ? '1 does not apply' : `${others} do not apply`
  return `${passed(scores)} of ${applicable(scores)} checks pass; ${rest}`
}

function passed(scores: readonly Score[]): number {
  return scores.filter(({ verdict }) => verdict === 'pass').length
}

function applicable(scores: readonly Score[]): number {
  return scores.filter(({ verdict }) => verdict !== 'not applicable').length
}

const CELLS: Readonly<Record<Verdict['kind'], string>> = {
  pass: 'pass',
  fail: '**fail**',
  'not applicable': '–',
}

function cellOf({ verdict }: Score): string {
  return CELLS[verdict]
}

function remarkOf({ expected, seen, known, reason }: Score): string {
  if (expected === undefined) return reason ?? ''
  return `expected ${expected}, but ${seen}${known === undefined ? '' : ` (${known})`}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
