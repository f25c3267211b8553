import { leadTo, SuperviseError } from '../errors.ts'
import { isWitnessed } from '../process/confinement/index.ts'
import type { AttemptRecord } from './attempt-record.ts'
import { abilities, nameOf } from './order-errors.ts'
import type { Rule } from './rule.ts'
import { attemptsText, pointText } from './where.ts'

/** Why a fault has not fired, and whether that is for want of an agent that can play it. */
interface Reason {
  readonly text: string
  readonly unsupported?: boolean
}

/** The error of the rules that did not fire, `ERR_FAULT_UNFIRED` or `ERR_FAULT_UNSUPPORTED`; undefined if there are none. */
export function unfiredError(
  rules: readonly Rule[],
  attempts: ReadonlyMap<string, readonly AttemptRecord[]>,
): SuperviseError | undefined {
  const left = rules.filter((rule) => !rule.fired && !rule.cancelled && !rule.place.optional)
  if (left.length === 0) return undefined
  const found = left.map((rule) => ({ rule, reasons: reasonsOf(rule, attempts) }))
  const unsupported = found.every(({ reasons }) => reasons.some((reason) => reason.unsupported))
  const lines = found.map(({ rule, reasons }) => `- ${rule}: ${reasons.map(({ text }) => text).join('; ')}.`)
  const error = new SuperviseError(
    unsupported ? 'ERR_FAULT_UNSUPPORTED' : 'ERR_FAULT_UNFIRED',
    `The test ended, and ${left.length === 1 ? 'a fault that it injected has' : `${left.length} faults that it injected have`} ` +
      `never fired:\n${lines.join('\n')}\nA test passes for nothing if its fault does not happen. Let the agent come to that ` +
      'point, choose another one, or inject with `optional: true`.',
    {
      faults: found.map(({ rule, reasons }) => ({
        fault: rule.fault.text,
        agent: rule.place.agent,
        attempts: attemptsText(rule.place.attempts),
        at: rule.place.at,
        reason: reasons.map(({ text }) => text).join('; '),
      })),
    },
  )
  leadTo(error, left[0]?.site)
  return error
}

/** How many attempts are told of. */
const TOLD = 3

function reasonsOf(rule: Rule, attempts: ReadonlyMap<string, readonly AttemptRecord[]>): Reason[] {
  const named = [...attempts].filter(([agent]) => rule.names(agent))
  if (named.length === 0) {
    const others = [...attempts.keys()].map((agent) => `"${agent}"`)
    const { agent } = rule.place
    const started = others.length > 0 ? `, only ${others.join(', ')}` : ''
    return [
      { text: agent === undefined ? 'no agent was started' : `no agent "${agent}" was started${started}` },
    ]
  }
  const struck = named.flatMap(([agent, records]) =>
    records.filter((record) => rule.matches(agent, record.number)),
  )
  if (struck.length > 0) return struck.slice(0, TOLD).map((record) => reasonOf(rule, record))
  return named.slice(0, TOLD).map(([agent, { length }]) => {
    const made =
      length === 1 ? `1 attempt of agent "${agent}" was` : `${length} attempts of agent "${agent}" were`
    return { text: `only ${made} made` }
  })
}

function reasonOf(rule: Rule, record: AttemptRecord): Reason {
  const name = nameOf(record)
  const { fault, place } = rule
  const { at } = place
  const failure = record.failures.get(rule)
  if (at === 'spawn') {
    if (record.spawnObstacle !== undefined && record.knows(rule))
      return { text: `${name}: ${record.spawnObstacle}`, unsupported: true }
    return {
      text: record.knows(rule)
        ? `${name} did not fail so`
        : `another fault of starting came first for ${name}`,
    }
  }
  if (record.failure !== undefined) return { text: `${name} could not be started (${record.failure})` }
  if (failure !== undefined) return { text: `${name} says: ${failure}`, unsupported: true }
  if (isWitnessed(fault.name) && record.knows(rule)) {
    return { text: `${name} never made that system call so often, or not in one thread` }
  }
  if (record.lacks(fault, at)) return { text: `${name} ${abilities(record, fault)}`, unsupported: true }
  if (record.hasExited) {
    return {
      text: `${name} exited ${record.can === undefined ? 'before it said hello' : `before it fired ${pointText(at)}`}`,
    }
  }
  if (record.can === undefined) return { text: `${name} ${abilities(record, fault)}`, unsupported: true }
  if (!record.isConnected) return { text: `${name} had ended its control connection` }
  if (!record.knows(rule)) return { text: `${name} was past that point when the fault was injected` }
  // Which write an agent is at, it does not say.
  const seen = record.isPast(at) && !(typeof at === 'object' && 'write' in at)
  return seen
    ? { text: `${name} was there and did not confirm it: its standard error may say why` }
    : { text: `${name} did not come to that point` }
}
