import type { Failure } from './failure.ts'
import { playVersions } from './play-versions.ts'
import { shownLines } from './shown-lines.ts'
import type { Violation } from '../play/trace.ts'

/** What one play came to. */
export interface Played {
  readonly hash: string
  /** Of its timeline. */
  readonly lines: readonly string[]
  readonly violation: Violation | undefined
}

/** The plays of a replay. With real processes there are both, unless a simulation cannot play it. */
export type Plays =
  | { readonly simulated: Played; readonly real?: Played }
  | { readonly simulated?: undefined; readonly real: Played }

/** What became of a failure that was played again. */
export interface ReplayVerdict {
  readonly kind:
    | 'still breaks'
    | 'breaks another invariant'
    | 'no longer fails'
    /** It fails in the simulation, and with real processes it does not. */
    | 'fails in simulation only'
  /** Whether nothing is broken where it counts: with real processes, if it was played with them. */
  readonly holds: boolean
  /** Whether it went as it was recorded. Undefined if that is not known. */
  readonly sameTimeline: boolean | undefined
  /** Whether it went in both worlds alike. Undefined if it was played in one. */
  readonly sameInBoth: boolean | undefined
  /** What is broken, if anything is. */
  readonly violation: Violation | undefined
  /** The same in words, for a reader of a terminal. */
  readonly text: string
}

/** What plays of a failure say of it. */
export function verdictOf(failure: Failure, plays: Plays): ReplayVerdict {
  const { simulated, real } = plays
  const played = plays.simulated === undefined ? plays.real : (plays.real ?? plays.simulated)
  const { violation } = played
  const where = real ? 'with real processes' : 'in the simulation'
  const sameTimeline = failure.hash === undefined ? undefined : failure.hash === played.hash
  const verdict = (kind: ReplayVerdict['kind'], ...lines: readonly string[]): ReplayVerdict => ({
    kind,
    holds: violation === undefined,
    sameTimeline,
    sameInBoth: real && simulated && simulated.hash === real.hash,
    violation: violation ?? (kind === 'fails in simulation only' ? simulated?.violation : undefined),
    text: lines.filter((line) => line !== '').join('\n'),
  })
  const differs = real && simulated && simulated.hash !== real.hash ? sideBySide(simulated, real) : ''
  if (violation === undefined && real && simulated?.violation) {
    return verdict(
      'fails in simulation only',
      `It breaks ${named(simulated.violation)} in the simulation, and not with real processes.`,
      differs || 'The timelines are the same: the invariant looks at something that is not in them.',
    )
  }
  if (violation === undefined) {
    return verdict(
      'no longer fails',
      `It no longer fails: what broke "${failure.breaks}" breaks nothing now, ${where}. Keep it as a regression test.`,
      differs && `It goes otherwise there than in the simulation. ${differs}`,
    )
  }
  if (violation.invariant !== failure.breaks) {
    return verdict(
      'breaks another invariant',
      `It does not break "${failure.breaks}" any more, but ${named(violation)}, ${where}.`,
      recorded(failure, played),
      differs,
    )
  }
  return verdict(
    'still breaks',
    `It still breaks ${named(violation)}, ${where}.`,
    recorded(failure, played),
    differs,
  )
}

/** Whether it went as it was recorded, and by what that was. */
function recorded({ hash, versions = {}, timeline }: Failure, { hash: now, lines }: Played): string {
  if (hash === undefined) return ''
  if (hash === now) return `The timeline is the one that was recorded (${hash}).`
  const here = playVersions()
  const others = Object.entries(versions)
    .filter(([name, version]) => here[name] !== undefined && here[name] !== version)
    .map(([name, version]) => `${name} ${version}, which is ${here[name]} here`)
  const by =
    others.length > 0
      ? `It was recorded by ${others.join(', and ')}.`
      : 'The versions are the same, or not known: the subject or the scenario has changed.'
  return [
    `The timeline is another one (${now}) than the one that was recorded (${hash}). ${by}`,
    ...(timeline ? [againstRecorded(timeline, lines)] : []),
  ].join('\n')
}

/** A recorded timeline may lack lines: then those of the other one are left out, too. */
function againstRecorded(timeline: readonly string[], lines: readonly string[]): string {
  const difference = firstDifference(['recorded', shownLines(timeline)], ['now', shownLines(lines)])
  return difference || 'They differ in lines that are left out.'
}

function sideBySide(simulated: Played, real: Played): string {
  return firstDifference(['simulated', simulated.lines], ['real', real.lines])
}

type Named = readonly [name: string, lines: readonly string[]]

/** The first lines in which two timelines differ. */
function firstDifference([one, left]: Named, [other, right]: Named): string {
  const length = Math.max(left.length, right.length)
  const at = Array.from({ length }).findIndex((_, index) => left[index] !== right[index])
  if (at === -1) return ''
  const width = Math.max(one.length, other.length) + 1
  const told = (name: string, lines: readonly string[]): string =>
    `  ${`${name}:`.padEnd(width)} ${lines[at] ?? '(nothing more)'}`
  return `The first difference is in line ${at + 1}:\n${told(one, left)}\n${told(other, right)}`
}

function named({ invariant, message }: Violation): string {
  return `"${invariant}" (${message})`
}
