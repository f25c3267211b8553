import { isRecord } from '../../json.ts'
import { type Check, type Checks, checkOptions, invalidOption, isStrings } from '../../option-checks.ts'
import type { Invariant, Trace } from '../play/trace.ts'

/** Of which agents it has to hold. */
export interface AgentOptions {
  /** Their ids. Default: all agents of the exploration, each by itself. */
  readonly agents?: readonly string[]
}

/** How the user starts and stops what the scenario gives, which the scenario itself has started at 0 ms. */
export interface StepOptions extends AgentOptions {
  /** The step that starts it again. Default `start`, if there is one of that name. */
  readonly start?: string
  /** The step that stops it: it gives a promise of the end. Default `stop`, if there is one of that name. */
  readonly stop?: string
  /** The steps that neither start nor stop anything. Default: none, and what is asked after a step of another name is less. */
  readonly harmless?: readonly string[]
}

/** Which ends are no failures. */
export interface SuccessOptions extends StepOptions {
  /** The exit codes after which it need not be started again, and nobody need be told. Default: none. */
  readonly success?: readonly number[]
}

/** The same with its defaults. */
export interface Promises {
  readonly agents: readonly string[] | undefined
  readonly start: string
  readonly stop: string
  readonly harmless: readonly string[]
  readonly success: readonly number[]
}

const agents: Check = (value) =>
  isStrings(value) && value.length > 0 ? undefined : "ids of agents, such as ['worker']"

const step: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'the name of a step')

const harmless: Check = (value) => (isStrings(value) ? undefined : "names of steps, such as ['status']")

const success: Check = (value) =>
  Array.isArray(value) && value.every((code) => Number.isInteger(code) && code >= 0 && code <= 255)
    ? undefined
    : 'exit codes, such as [0]'

export const AGENT_CHECKS: Checks = { agents }
export const STEP_CHECKS: Checks = { agents, start: step, stop: step, harmless }
export const SUCCESS_CHECKS: Checks = { ...STEP_CHECKS, success }

/** How long something may last, also for ever. */
export const duration: Check = (value) =>
  typeof value === 'number' && value >= 0 ? undefined : 'a number of milliseconds, 0 or more, or Infinity'

/**
 * Makes an invariant. Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID`.
 * @param factory how messages call what makes it
 * @param needsStop whether it says nothing where nobody can stop
 */
export function makeInvariant(
  { factory, name, checks, needsStop = false }: InvariantKind,
  options: SuccessOptions,
  check: (trace: Trace, promises: Promises) => string | undefined,
): Invariant {
  const where = `invariant.${factory}`
  const given: unknown = options
  if (!isRecord(given)) throw invalidOption(where, 'options', options, 'an object, or nothing')
  checkOptions(where, options, checks)
  const { agents, start, stop, harmless = [], success = [] } = options
  const promises = { agents, start: start ?? 'start', stop: stop ?? 'stop', harmless, success }
  const named = [start, needsStop ? promises.stop : stop, ...harmless].filter((name) => name !== undefined)
  return Object.freeze({
    name: agents ? `${name} (${agents.join(', ')})` : name,
    ...(named.length > 0 && { steps: named }),
    ...(agents && { agents }),
    check: (trace: Trace) => check(trace, promises),
  })
}

interface InvariantKind {
  readonly factory: string
  readonly name: string
  readonly checks: Checks
  readonly needsStop?: boolean
}
