import { printable } from './printable.ts'

/**
 * Every stable error code of this package. Codes never change their meaning; messages may improve.
 * What each one asks of you is in its message.
 */
export type SuperviseErrorCode =
  | 'ERR_AGENT_CLOSED'
  | 'ERR_AGENT_EXITED'
  | 'ERR_AGENT_ID_INVALID'
  | 'ERR_AGENT_NOT_EXECUTABLE'
  | 'ERR_AGENT_NOT_FOUND'
  | 'ERR_AGENT_READY_TIMEOUT'
  | 'ERR_AGENT_SPAWN_FAILED'
  | 'ERR_AGENT_UNKILLABLE'
  | 'ERR_AGENT_UNKNOWN'
  | 'ERR_AGENT_UNREACHABLE'
  | 'ERR_BUILD_FAILED'
  | 'ERR_BUILD_NO_OUTPUT'
  | 'ERR_CLEANUP_TIMEOUT'
  | 'ERR_CLOCK_CONFLICT'
  | 'ERR_CLOCK_DEADLOCK'
  | 'ERR_CLOCK_IN_USE'
  | 'ERR_CLOCK_LIMIT'
  | 'ERR_CLOCK_NOT_DRIVEN'
  | 'ERR_CLOCK_NOT_JOINED'
  | 'ERR_CLOCK_STALLED'
  | 'ERR_EXPLORE_IDLE'
  | 'ERR_EXPLORE_LOAD'
  | 'ERR_EXPLORE_REPORT'
  | 'ERR_FAILURE_INVALID'
  | 'ERR_FAULT_TOO_LATE'
  | 'ERR_FAULT_UNAVAILABLE'
  | 'ERR_FAULT_UNFIRED'
  | 'ERR_FAULT_UNSUPPORTED'
  | 'ERR_INIT_FAILED'
  | 'ERR_INVARIANT_BROKEN'
  | 'ERR_MATCHER_NOT_AWAITED'
  | 'ERR_MAX_RESTARTS_EXHAUSTED'
  | 'ERR_MSW_MISSING'
  | 'ERR_MSW_UNSUPPORTED'
  | 'ERR_NETWORK_UNHANDLED'
  | 'ERR_NOT_DETERMINISTIC'
  | 'ERR_OPTION_INVALID'
  | 'ERR_OPTION_UNKNOWN'
  | 'ERR_PATH_TOO_LONG'
  | 'ERR_PLUGIN_MISSING'
  | 'ERR_POOL_UNSUPPORTED'
  | 'ERR_PROCESS_LEAK'
  | 'ERR_PROJECT_INVALID'
  | 'ERR_PROTOCOL'
  | 'ERR_REAPER_FAILED'
  | 'ERR_RUNTIME_DIR'
  | 'ERR_SCOPE_CLOSED'
  | 'ERR_SIMULATION_UNSUPPORTED'
  | 'ERR_TIMELINE_AGENT'

/** The facts of an error, as own fields of it; `cause` goes where JavaScript puts it. */
export interface SuperviseErrorFacts {
  readonly cause?: unknown
  readonly [fact: string]: unknown
}

/**
 * The one error class of this package: a stable {@link SuperviseErrorCode | code}, a message that says what was
 * wrong, where, and what to do, the facts as own fields, and the cause. What a terminal would obey in the words of other
 * programs is written out in the message; the facts have it as it was.
 */
export class SuperviseError extends Error {
  override readonly name: string = 'SuperviseError'
  readonly code: SuperviseErrorCode

  constructor(code: SuperviseErrorCode, message: string, facts: SuperviseErrorFacts = {}) {
    const { cause, ...fields } = facts
    super(printable(message), cause === undefined ? undefined : { cause })
    this.code = code
    Object.assign(this, fields)
  }
}

/** Has the stack of an error lead to `site`, since a runner shows the line that it leads to. */
export function leadTo(error: Error, site: Error | undefined): void {
  error.stack = `${error.name}: ${error.message}\n${site?.stack?.split('\n').slice(1).join('\n') ?? ''}`
}

/** Throws what went wrong in a clean-up that ran to its end: nothing, the one error, or all in an `AggregateError`. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length === 0) return
  const list = errors.map((error) => `- ${messageOf(error)}`)
  throw new AggregateError(errors, `${errors.length} steps of the clean-up failed:\n${list.join('\n')}`)
}

/** The message of an error; of anything else that was thrown its text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The `code` of a system error such as `ENOENT`, or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
