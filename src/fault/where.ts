import { inspect } from 'node:util'

import { SuperviseError } from '../errors.ts'
import { isRecord } from '../json.ts'
import { type Check, checkOptions, invalidOption } from '../option-checks.ts'
import { assertAgentId } from '../process/agent-id.ts'
import { isImmediate } from '../process/confinement/index.ts'
import type { FaultPoint } from '../protocol/frames.ts'
import type { Fault } from './fault.ts'

/** A point in the life of one attempt at which a fault can strike. */
export type Point = 'spawn' | FaultPoint

/**
 * Which attempts of an agent, counted from 1: one; all from the first to the last, so that `[1, 3]` is 1, 2 and 3, and no list;
 * those that the function is true of; or every one.
 */
export type Attempts = number | readonly [first: number, last: number] | ((n: number) => boolean) | 'every'

/** Which agents a fault strikes, and when. */
export interface Where {
  /** Default: every agent. */
  agent?: string
  /** Default: 1. A pair is a range: `[1, 3]` is 1, 2 and 3. For 1 and 3 alone: `(n) => n === 1 || n === 3`. */
  attempts?: Attempts
  /**
   * `'spawn'`: its start fails; `'start'`: before it does anything; `'ready'`: just after it is; `{ message: n }`: instead
   * of its answer to the nth message of the test; `{ after: ms }`: so many ms of the test's time after ready;
   * `{ cue: name }`: when it comes to this cue the next time; `{ write: n }`: instead of its nth write to a regular file.
   * Default: the fault's own point, mostly `'ready'`.
   */
  at?: Point
  /** Whether the test may end without it. Default false. */
  optional?: boolean
}

/** A {@link Where} with all defaults. */
export interface Place {
  readonly agent: string | undefined
  readonly attempts: Attempts
  readonly at: Point
  readonly optional: boolean
}

/**
 * Fills in the defaults. Throws `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID` or `ERR_AGENT_ID_INVALID` for what cannot be
 * meant, and `ERR_FAULT_UNSUPPORTED` for what there is not.
 */
export function resolveWhere(fault: Fault, where: Where = {}): Place {
  assertFault(fault, 'faults.inject')
  const given: unknown = where
  if (!isRecord(given))
    throw invalidOption('faults.inject', 'where', where, 'an object such as { attempts: 2 }')
  checkOptions('faults.inject', where, CHECKS)
  if (where.agent !== undefined) assertAgentId(where.agent)
  const { agent, attempts = 1, at = fault.at, optional = false } = where
  assertPossible(fault, at)
  return Object.freeze({ agent, attempts, at, optional })
}

/** Throws `ERR_OPTION_INVALID` unless `value` is a fault, which JavaScript may get wrong. */
export function assertFault(value: unknown, method: string): asserts value is Fault {
  if (isRecord(value) && typeof value['name'] === 'string' && typeof value['text'] === 'string') return
  const advice = typeof value === 'function' ? `; call it: \`fault.${value.name}()\`` : ''
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    `${method} takes a fault, such as \`fault.exit(1)\`, but was given ${inspect(value, { depth: 1 })}${advice}.`,
    { option: 'fault', value },
  )
}

/** How messages call a point. */
export function pointText(at: Point): string {
  if (typeof at === 'string') return `at ${at}`
  if ('message' in at) return `at message ${at.message}`
  if ('after' in at) return `${at.after} ms after ready`
  return 'cue' in at ? `at the cue "${at.cue}"` : `at write ${at.write}`
}

/** How messages call the attempts. */
export function attemptsText(attempts: Attempts): string {
  if (typeof attempts === 'number') return `attempt ${attempts}`
  if (typeof attempts === 'function') return `the attempts of ${attempts.toString().slice(0, 60)}`
  return attempts === 'every' ? 'every attempt' : `attempts ${attempts[0]} to ${attempts[1]}`
}

const POINTS = `'spawn', 'start', 'ready', { message: n } with n from 1, { after: ms } with ms from 0, { write: n } with n from 1, or { cue: name }`

const CHECKS: Record<keyof Where, Check> = {
  agent: (value) => (typeof value === 'string' ? undefined : 'the id of an agent'),
  attempts: (value) =>
    value === 'every' || typeof value === 'function' || isCount(value) || isRange(value)
      ? undefined
      : `a number from 1, a range [first, last], a function of the attempt's number, or 'every'`,
  at: (value) => (isPoint(value) ? undefined : POINTS),
  optional: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
}

function isPoint(value: unknown): boolean {
  if (!isRecord(value)) return value === 'spawn' || value === 'start' || value === 'ready'
  const [[name, parameter] = [], ...others] = Object.entries(value)
  if (others.length > 0) return false
  if (name === 'message' || name === 'write') return isCount(parameter)
  if (name === 'after') return Number.isFinite(parameter) && Number(parameter) >= 0
  return name === 'cue' && typeof parameter === 'string' && parameter !== ''
}

function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [first, last] = value as unknown[]
  return isCount(first) && (isCount(last) || last === Infinity) && Number(first) <= Number(last)
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1
}

function assertPossible(fault: Fault, at: Point): void {
  if (fault.at === 'spawn' && at !== 'spawn') {
    throw invalidPoint(fault, at, `'spawn': there is no agent yet that could do it later`)
  }
  if (fault.at !== 'spawn' && at === 'spawn') {
    throw invalidPoint(fault, at, `'start' or later: it is the agent that does it`)
  }
  if (isImmediate(fault.name) && at !== 'start') {
    throw invalidPoint(fault, at, `'start': it is in force from then on`)
  }
  if (fault.at === 'start' && (at === 'ready' || (typeof at === 'object' && 'after' in at))) {
    throw invalidPoint(fault, at, `'start', or a message, cue or write before ready: it comes too late then`)
  }
}

function invalidPoint(fault: Fault, at: Point, expected: string): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `The fault ${fault.text} cannot strike ${pointText(at)}. Its \`at\` must be ${expected}.`,
    { option: 'at', value: at, fault: fault.text },
  )
}
