import { messageOf, SuperviseError } from '../../errors.ts'
import { resolveWhere } from '../../fault/where.ts'
import { isRecord } from '../../json.ts'
import type { Exploration } from '../exploration.ts'
import {
  faultOf,
  isFault,
  isStep,
  type Schedule,
  type ScheduledFault,
  type ScheduleEntry,
} from '../schedule.ts'
import type { Trace, Violation } from '../play/trace.ts'
import { shownLines } from './shown-lines.ts'
import { playVersions } from './play-versions.ts'

/** What a schedule broke, as literal JSON. What a replay needs is `breaks` and `schedule`; the rest says more of what was found. */
export interface Failure {
  readonly format?: 1
  /** The name of the exploration. */
  readonly exploration?: string
  /** Where that is: a path relative to the directory of the failure's file, with slashes. */
  readonly file?: string
  /** The invariant. */
  readonly breaks: string
  /** How it was broken. */
  readonly message?: string
  readonly schedule: Schedule
  /** Of the whole timeline. */
  readonly hash?: string
  /** Where chance came from. Default: as the exploration has it. */
  readonly seed?: number
  /** How long the play lasted, in ms. Default: as the exploration has it. */
  readonly within?: number
  /** The ids of the agents. */
  readonly agents?: readonly string[]
  /** Of what played it. */
  readonly versions?: Readonly<Record<string, string>>
  /** What happened, line by line. Of one that is too long for a reader, the first and the last lines. */
  readonly timeline?: readonly string[]
}

/** A failure of which all is known, but perhaps not where its exploration is. */
export type RecordedFailure = Required<Omit<Failure, 'file'>> & Pick<Failure, 'file'>

export const FAILURE_FORMAT = 1

/** What a play has broken. Call it before the stage of the play is closed. */
export function failureOf(
  { name, seed, within, agents }: Pick<Exploration, 'name' | 'seed' | 'within' | 'agents'>,
  schedule: Schedule,
  violation: Violation,
  { timeline }: Pick<Trace, 'timeline'>,
): RecordedFailure {
  return {
    format: FAILURE_FORMAT,
    exploration: name,
    breaks: violation.invariant,
    message: violation.message,
    schedule,
    hash: timeline.hash(),
    seed,
    within,
    agents: agents.map(({ id }) => id),
    versions: playVersions(),
    timeline: shownLines(timeline.toString().split('\n')),
  }
}

/**
 * Takes a value for a failure. Throws `ERR_FAILURE_INVALID`, which says what of it is wrong.
 * @param where how messages call it
 */
export function checkFailure(value: unknown, where: string): Failure {
  if (!isRecord(value)) throw invalid(where, `is ${shown(value)}, and no object such as { breaks, schedule }`)
  const { format, schedule } = value
  if (format !== undefined && format !== FAILURE_FORMAT) {
    throw invalid(
      where,
      `has the format ${shown(format)}, and this version of vitest-supervise reads ${FAILURE_FORMAT}. Use the version that wrote it` +
        `${versionText(value['versions'])}, or explore again`,
    )
  }
  for (const [name, [expected, isIt]] of Object.entries(FIELDS)) {
    const field = value[name]
    if (field === undefined ? REQUIRED.has(name) : !isIt(field))
      throw invalid(where, `has \`${name}\`: ${shown(field)}, which must be ${expected}`)
  }
  for (const [index, entry] of (schedule as readonly unknown[]).entries()) {
    const problem = problemOf(entry)
    if (problem !== undefined)
      throw invalid(where, `has as \`schedule[${index}]\` ${shown(entry)}: ${problem}`)
  }
  return value as unknown as Failure
}

/**
 * The exploration as it was when it failed. Throws `ERR_FAILURE_INVALID` for a failure that it cannot have had: it has no such
 * step, or no such agent.
 */
export function explorationOf(exploration: Exploration, failure: Failure): Exploration {
  const { name, agents, steps } = exploration
  const ids = agents.map(({ id }) => id)
  const lacks = (what: string, has: readonly string[], option: string): SuperviseError =>
    invalid(
      `The failure that is to be replayed by "${name}"`,
      `needs the ${what}, and its ${option} are ${has.map(shown).join(', ') || 'none'}. Give it that, or the exploration that ` +
        'failed',
    )
  for (const entry of failure.schedule) {
    if (isStep(entry) && !Object.hasOwn(steps, entry.step))
      throw lacks(`step ${shown(entry.step)}`, Object.keys(steps), 'steps')
    if (isFault(entry) && entry.agent !== undefined && !ids.includes(entry.agent))
      throw lacks(`agent ${shown(entry.agent)}`, ids, 'agents')
  }
  const missing = failure.agents?.find((id) => !ids.includes(id))
  if (missing !== undefined) throw lacks(`agent ${shown(missing)}`, ids, 'agents')
  const { seed = exploration.seed, within = exploration.within } = failure
  return { ...exploration, seed, within }
}

/** @param where how the sentence begins */
export function invalid(where: string, what: string, cause?: unknown): SuperviseError {
  return new SuperviseError('ERR_FAILURE_INVALID', `${where} ${what}.`, { cause })
}

type Field = readonly [expected: string, isIt: (value: unknown) => boolean]

const text: Field = ['a text', (value) => typeof value === 'string']
const texts: Field = [
  'a list of texts',
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
]
const number: Field = ['a number, 0 or more', isTime]
const REQUIRED: ReadonlySet<string> = new Set(['breaks', 'schedule'])
const FIELDS: Readonly<Record<Exclude<keyof Failure, 'format'>, Field>> = {
  exploration: text,
  file: text,
  breaks: text,
  message: text,
  schedule: ['a list of faults and steps', Array.isArray],
  hash: text,
  seed: number,
  within: number,
  agents: texts,
  versions: ['an object of versions by names', isRecord],
  timeline: texts,
}

/** What is wrong with an entry of a schedule. */
function problemOf(entry: unknown): string | undefined {
  if (!isRecord(entry) || 'step' in entry === 'fault' in entry)
    return 'it is neither a fault, such as { attempt: 1, fault: "exit", at: "ready" }, nor a step, such as { step: "stop", at: 0 }'
  if ('step' in entry) {
    if (typeof entry['step'] !== 'string') return 'its `step` must be the name of a step'
    return isTime(entry['at']) ? undefined : 'its `at` must be a number of ms, 0 or more'
  }
  const { attempt, options = {} } = entry
  if (!(Number.isInteger(attempt) && Number(attempt) >= 1))
    return 'its `attempt` must be a whole number, 1 or more'
  if (!isRecord(options)) return 'its `options` must be an object'
  return refusalOf(entry as unknown as ScheduledFault & ScheduleEntry)
}

/** Why there is no such fault, or why it cannot strike there. */
function refusalOf(entry: ScheduledFault): string | undefined {
  const { agent, attempt, at } = entry
  try {
    resolveWhere(faultOf(entry), { ...(agent !== undefined && { agent }), attempts: attempt, at })
  } catch (error) {
    return messageOf(error).replace(/\.$/, '')
  }
}

function isTime(value: unknown): boolean {
  return Number.isFinite(value) && Number(value) >= 0
}

function versionText(versions: unknown): string {
  const version = isRecord(versions) ? versions['vitest-supervise'] : undefined
  return typeof version === 'string' ? ` (${version})` : ''
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value)
  return json.length > 100 ? `${json.slice(0, 99)}…` : json
}
