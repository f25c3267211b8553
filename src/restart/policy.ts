import type { WatchResult } from '../process/watcher.ts'
import type { BackoffContext, BackoffStrategy } from './backoff.ts'
import { History, type RestartRecord, type RestartWindow } from './history.ts'

/** When something that ended is started again. */
export const RestartLoopPolicy = {
  /** Never: its first failure is the end. */
  Never: 'never',
  /** After a failed start, a non-zero exit code or a signal, unless that is a `success`; a clean exit is the end. */
  OnFailure: 'on-failure',
  /** After a clean exit, too, which then counts like a failure. */
  Always: 'always',
} as const

/** One of the policies: its constant, or the word for it. */
export type RestartLoopPolicy = (typeof RestartLoopPolicy)[keyof typeof RestartLoopPolicy]

/** Which exits are clean: exit codes and signals, or a function that is asked about each. */
export type RestartSuccess =
  | readonly (number | NodeJS.Signals)[]
  | ((result: WatchResult, record: RestartRecord) => boolean)

/** How one start went, from its beginning to its end. */
export type StartOutcome =
  | { readonly kind: 'started' }
  | { readonly kind: 'start-failed'; readonly startedAt: number; readonly error: unknown }
  | {
      readonly kind: 'exited'
      readonly startedAt: number
      readonly result: WatchResult
      readonly uptime: number
    }

/** What is remembered between starts. */
export interface RestartState {
  /** Failures since the last reset: what the backoff counts. */
  readonly failures: number
  /** When those were that count against the limit, if there is one and the window is a number. ms of the loop's clock. */
  readonly counted: readonly number[]
  /** What is known of the failures since the last reset. */
  readonly history: History
}

export interface RestartRules {
  readonly policy: RestartLoopPolicy
  readonly success: RestartSuccess
  /** Infinity: no limit. */
  readonly maxRestarts: number
  /** Only failures this recent count against the limit, in ms. Infinity: all. */
  readonly window: number | RestartWindow
  /** An uptime of this many ms forgets all failures before. Infinity: never. */
  readonly resetAfter: number
  readonly backoff: BackoffStrategy
  /** What chance there is in delays comes from here, unless the backoff has a source of its own. */
  readonly random: (() => number) | undefined
}

/** What follows. `reset`: whether the failures before this one were forgotten. */
export type Decision =
  | { readonly kind: 'end' }
  | { readonly kind: 'fail' }
  | { readonly kind: 'give-up'; readonly reset: boolean }
  | {
      readonly kind: 'restart'
      readonly reset: boolean
      readonly delay: number
      readonly state: RestartState
    }

export const FRESH: RestartState = { failures: 0, counted: [], history: new History() }

/**
 * Decides what follows the end of a start, `now` being the time of that end. Asks `success`, `window` and the backoff, if
 * they are needed, and has no other effect.
 */
export function decide(
  rules: RestartRules,
  state: RestartState,
  outcome: StartOutcome,
  now: number,
): Decision {
  if (outcome.kind === 'started') return { kind: 'end' }
  const uptime = outcome.kind === 'exited' ? outcome.uptime : 0
  const ended: RestartRecord = { startedAt: outcome.startedAt, endedAt: now, uptime }
  const clean = outcome.kind === 'exited' && isSuccess(rules.success, outcome.result, ended)
  if (clean && rules.policy !== 'always') return { kind: 'end' }
  if (rules.policy === 'never') return { kind: 'fail' }

  const reset = state.failures > 0 && outcome.kind === 'exited' && uptime >= rules.resetAfter
  const { failures, counted, history } = reset ? FRESH : state
  const { window, maxRestarts } = rules
  // Without a limit nobody asks, and a loop may run for years.
  const counts = typeof window === 'number' && maxRestarts !== Infinity
  const recent = counts ? [...counted.filter((time) => now - time < window), now] : []
  if (recent.length > maxRestarts) return { kind: 'give-up', reset }

  const delay = rules.backoff.next(failures, contextOf(rules, outcome, history, ended))
  const latest: RestartRecord = { startedAt: outcome.startedAt, endedAt: now, uptime, delay }
  // Limits on starts need to know when the next one would be.
  if (typeof window === 'function' && window(history.listWith(latest)) > maxRestarts)
    return { kind: 'give-up', reset }
  return {
    kind: 'restart',
    reset,
    delay,
    state: { failures: failures + 1, counted: recent, history: history.with(latest) },
  }
}

function contextOf(
  { random }: RestartRules,
  outcome: StartOutcome,
  history: History,
  ended: RestartRecord,
): BackoffContext {
  const context = new Context(outcome, history, ended)
  const previous = history.last?.delay
  if (previous !== undefined) context.previous = previous
  if (outcome.kind === 'exited') context.result = outcome.result
  if (random) context.random = random
  return context
}

class Context implements BackoffContext {
  readonly uptime: number
  readonly wasReady: boolean
  declare readonly failures: readonly RestartRecord[]
  declare previous?: number
  declare result?: WatchResult
  declare random?: () => number
  readonly #history: History
  readonly #ended: RestartRecord

  constructor({ kind }: StartOutcome, history: History, ended: RestartRecord) {
    this.uptime = ended.uptime
    this.wasReady = kind === 'exited'
    this.#history = history
    this.#ended = ended
    Object.defineProperty(this, 'failures', Context.#failures)
  }

  /**
   * Only some backoffs go by the failures themselves, which there may be many of. Own, since contexts are copied; one function
   * for all, since an object with a function of its own for a property costs more than all the rest of a restart.
   */
  static readonly #failures = {
    get(this: Context): readonly RestartRecord[] {
      return this.#history.listWith(this.#ended)
    },
    enumerable: true,
  }
}

function isSuccess(success: RestartSuccess, result: WatchResult, record: RestartRecord): boolean {
  if (typeof success === 'function') return success(result, record)
  const end = result.signal ?? result.exitCode
  return success.some((one) => one === end)
}
