import type { WatchResult } from '../process/watcher.ts'
import type { BackoffStrategy } from './backoff.ts'

/** When something that ended is started again. */
export const RestartLoopPolicy = {
  /** Never: its first failure is the end. */
  Never: 'never',
  /** After a failed start, a non-zero exit code or a signal; a clean exit is the end. */
  OnFailure: 'on-failure',
  /** After a clean exit, too, which then counts like a failure. */
  Always: 'always',
} as const

export type RestartLoopPolicy = (typeof RestartLoopPolicy)[keyof typeof RestartLoopPolicy]

/** How one start went, from its beginning to its end. */
export type StartOutcome =
  | { readonly kind: 'started' }
  | { readonly kind: 'start-failed'; readonly error: unknown }
  | { readonly kind: 'exited'; readonly result: WatchResult; readonly uptime: number }

/** What is remembered between starts. */
export interface RestartState {
  /** Failures since the last reset: what the backoff counts. */
  readonly failures: number
  /** When those were that count against the limit. ms of the loop's clock. */
  readonly counted: readonly number[]
  /** The last delay since the last reset, in ms. */
  readonly previous: number | undefined
}

export interface RestartRules {
  readonly policy: RestartLoopPolicy
  /** Infinity: no limit. */
  readonly maxRestarts: number
  /** Only failures this recent count against the limit, in ms. Infinity: all. */
  readonly window: number
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

export const FRESH: RestartState = { failures: 0, counted: [], previous: undefined }

/** Decides what follows the end of a start, `now` being the time of that end. Asks the backoff, and has no other effect. */
export function decide(
  rules: RestartRules,
  state: RestartState,
  outcome: StartOutcome,
  now: number,
): Decision {
  if (outcome.kind === 'started') return { kind: 'end' }
  if (isClean(outcome) && rules.policy !== 'always') return { kind: 'end' }
  if (rules.policy === 'never') return { kind: 'fail' }

  const uptime = outcome.kind === 'exited' ? outcome.uptime : 0
  const reset = state.failures > 0 && outcome.kind === 'exited' && uptime >= rules.resetAfter
  const { failures, counted, previous } = reset ? FRESH : state
  const recent = [...counted.filter((time) => now - time < rules.window), now]
  if (recent.length > rules.maxRestarts) return { kind: 'give-up', reset }

  const delay = rules.backoff.next(failures, {
    ...(previous === undefined ? {} : { previous }),
    uptime,
    wasReady: outcome.kind === 'exited',
    ...(outcome.kind === 'exited' ? { result: outcome.result } : {}),
    ...(rules.random ? { random: rules.random } : {}),
  })
  return {
    kind: 'restart',
    reset,
    delay,
    state: { failures: failures + 1, counted: recent, previous: delay },
  }
}

/** Whether it ended by itself, with code 0. */
function isClean(outcome: StartOutcome): boolean {
  return outcome.kind === 'exited' && outcome.result.exitCode === 0 && outcome.result.signal === null
}
