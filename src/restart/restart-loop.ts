import { type AlarmClock, type Clock, systemClock } from '../clock/clock.ts'
import { messageOf, SuperviseError } from '../errors.ts'
import { isRecord } from '../json.ts'
import { checkNames } from '../option-checks.ts'
import type { WatchResult } from '../process/watcher.ts'
import { Interruptible } from '../wait.ts'
import { assertOption, type BackoffStrategy, ExponentialBackoff } from './backoff.ts'
import type { RestartWindow } from './history.ts'
import {
  decide,
  FRESH,
  RestartLoopPolicy,
  type RestartRules,
  type RestartSuccess,
  type StartOutcome,
} from './policy.ts'
import type { RestartPresetFacts } from './presets/facts.ts'

/** What a loop keeps running. */
export interface Starter {
  /**
   * Starts it. Resolves with what runs, which the loop then watches, or with nothing: it is up, the loop is done.
   * Throwing and rejecting are failed starts. When `signal` aborts nobody wants it any more.
   */
  start(signal: AbortSignal): Promise<void | Running>
}

/** Something that runs until it exits, such as an `AgentHandle`. */
export interface Running {
  readonly pid: number
  readonly exited: Promise<WatchResult>
  /** Stops it. Called when the loop is aborted. */
  close?(): Promise<unknown>
}

/** What happens to a loop, in order. Attempts count from 1; times are ms of the loop's clock. */
export type RestartEvent =
  | { readonly type: 'started'; readonly attempt: number; readonly pid: number | undefined }
  | { readonly type: 'start-failed'; readonly attempt: number; readonly error: unknown }
  | {
      readonly type: 'exited'
      readonly attempt: number
      readonly result: WatchResult
      readonly uptime: number
    }
  | { readonly type: 'reset'; readonly attempt: number }
  | { readonly type: 'backoff'; readonly attempt: number; readonly delay: number }
  | { readonly type: 'gave-up'; readonly attempt: number; readonly error: MaxRestartsExhaustedError }
  | { readonly type: 'stopped'; readonly attempt: number; readonly reason: unknown }

/** How a loop ended that did not fail: what it started is up for good, or has exited and is not to be restarted. */
export interface RestartOutcome {
  readonly reason: 'started' | 'exited'
  /** How often it was started. */
  readonly attempts: number
  readonly result: WatchResult | undefined
}

/** What a `RestartLoop` starts, when it starts it again, after which delay, and when it gives up. */
export interface RestartLoopOptions {
  starter: Starter
  policy: RestartLoopPolicy
  /** Which exits are clean. Default: exit code 0. */
  success?: RestartSuccess
  /** More failures than this end the loop. Default, 0 and Infinity: no limit. */
  maxRestarts?: number
  /** Only failures within this many ms count against `maxRestarts`, or as many as this says. Default: all. */
  window?: number | RestartWindow
  /** After an uptime of this many ms the count of failures and the delay begin anew. Default: never. */
  resetAfter?: number
  /** Default: `new ExponentialBackoff()`. */
  backoff?: BackoffStrategy
  /** Default: real time. */
  clock?: Clock
  /** Where jitter comes from, for a backoff without a source of its own: a number from 0 up to but not including 1. */
  random?: () => number
  /** Told of everything, as it happens. */
  onEvent?: (event: RestartEvent) => void
  /** What `restartPreset` says of the program from which these options are taken. Changes nothing. */
  preset?: RestartPresetFacts
}

/** There were more failures than `maxRestarts`. `cause` is the last of them. */
export class MaxRestartsExhaustedError extends SuperviseError {
  override readonly name = 'MaxRestartsExhaustedError'
  /** How often it was started. */
  declare readonly attempts: number

  constructor(attempts: number, maxRestarts: number, cause: unknown) {
    super(
      'ERR_MAX_RESTARTS_EXHAUSTED',
      `max restarts exhausted: failed ${attempts} times, ${maxRestarts} restarts were allowed. ` +
        `The last failure: ${messageOf(cause)}`,
      { attempts, cause },
    )
  }
}

const OPTIONS: readonly (keyof RestartLoopOptions)[] = [
  'starter',
  'policy',
  'success',
  'maxRestarts',
  'window',
  'resetAfter',
  'backoff',
  'clock',
  'random',
  'onEvent',
  'preset',
]

/** Starts something, and starts it again when it fails, as its policy says. Each run of a loop begins anew. */
export class RestartLoop {
  readonly #starter: Starter
  readonly #rules: RestartRules
  readonly #clock: Clock | AlarmClock
  readonly #onEvent: (event: RestartEvent) => void

  /** Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID`, which name the option. */
  constructor(options: RestartLoopOptions) {
    checkNames('restart loop', options, OPTIONS)
    const { starter, policy, success = [0], maxRestarts, window = Infinity, resetAfter = Infinity } = options
    const policies = Object.values(RestartLoopPolicy)
    assertOption('starter', starter, 'an object with a method `start`', typeof starter?.start === 'function')
    assertOption('policy', policy, '"never", "on-failure" or "always"', policies.includes(policy))
    assertOption('maxRestarts', maxRestarts, 'a whole number, 0 or more, or Infinity', isLimit(maxRestarts))
    const codes = 'an array of exit codes and signals, or a function'
    assertOption('success', success, codes, typeof success === 'function' || isExits(success))
    const span = 'a number of milliseconds above 0, or a function'
    assertOption('window', window, span, typeof window === 'function' || window > 0)
    assertOption('resetAfter', resetAfter, 'a number of milliseconds, 0 or more', resetAfter >= 0)
    const isPreset = options.preset === undefined || isRecord(options.preset)
    assertOption(
      'preset',
      options.preset,
      "what `...restartPreset('docker')` spreads into these options",
      isPreset,
    )
    const { backoff = new ExponentialBackoff() } = options
    assertOption('backoff', backoff, 'an object with a method `next`', typeof backoff?.next === 'function')
    this.#starter = starter
    this.#rules = {
      policy,
      success,
      maxRestarts: maxRestarts || Infinity,
      window,
      resetAfter,
      backoff,
      random: options.random,
    }
    this.#clock = options.clock ?? systemClock
    this.#onEvent = options.onEvent ?? (() => {})
  }

  /**
   * Runs until what is started is up for good, or ends and is not to be restarted. Rejects with the failure itself under
   * `never` (`ERR_AGENT_EXITED` for an exit), with {@link MaxRestartsExhaustedError} after too many, and at once with the
   * reason of `signal` when that aborts: what runs then is closed, and no timer is left.
   */
  async run(signal: AbortSignal = new AbortController().signal): Promise<RestartOutcome> {
    let attempts = 0
    const waiting = new Interruptible(signal)
    try {
      for (let state = FRESH; ;) {
        signal.throwIfAborted()
        attempts += 1
        const outcome = await this.#attempt(attempts, signal, waiting)
        const decision = decide(this.#rules, state, outcome, this.#clock.now)
        if (decision.kind === 'end') return ended(attempts, outcome)
        if (decision.kind === 'fail') throw failureOf(outcome)
        if (decision.reset) this.#onEvent({ type: 'reset', attempt: attempts })
        if (decision.kind === 'give-up') {
          const error = new MaxRestartsExhaustedError(attempts, this.#rules.maxRestarts, failureOf(outcome))
          this.#onEvent({ type: 'gave-up', attempt: attempts, error })
          throw error
        }
        this.#onEvent({ type: 'backoff', attempt: attempts, delay: decision.delay })
        await this.#pause(decision.delay, signal, waiting)
        state = decision.state
      }
    } catch (error) {
      if (signal.aborted) this.#onEvent({ type: 'stopped', attempt: attempts, reason: signal.reason })
      throw signal.aborted ? signal.reason : error
    } finally {
      waiting[Symbol.dispose]()
    }
  }

  async #attempt(attempt: number, signal: AbortSignal, waiting: Interruptible): Promise<StartOutcome> {
    const startedAt = this.#clock.now
    let starting: Promise<void | Running> | undefined
    let running: void | Running
    try {
      starting = Promise.resolve(this.#starter.start(signal))
      running = await waiting.wait(starting)
    } catch (error) {
      // What is up only after the abort is closed when it comes.
      starting?.then((late) => late && discard(late)).catch(() => {})
      signal.throwIfAborted()
      this.#onEvent({ type: 'start-failed', attempt, error })
      return { kind: 'start-failed', startedAt, error }
    }
    this.#onEvent({ type: 'started', attempt, pid: running?.pid })
    if (!running) return { kind: 'started' }
    const since = this.#clock.now
    try {
      const result = await waiting.wait(running.exited)
      const uptime = this.#clock.now - since
      this.#onEvent({ type: 'exited', attempt, result, uptime })
      return { kind: 'exited', startedAt, result, uptime }
    } catch (error) {
      discard(running)
      throw error
    }
  }

  #pause(delay: number, signal: AbortSignal, waiting: Interruptible): Promise<void> {
    const clock = this.#clock
    if (!('after' in clock) || !(delay > 0)) return clock.sleep(delay, signal)
    return waiting.until((done) => clock.after(delay, done))
  }
}

function discard(running: Running): void {
  // Whoever stops the loop is told why it stopped, not how the process took it.
  running.close?.().catch(() => {})
}

function ended(attempts: number, outcome: StartOutcome): RestartOutcome {
  return outcome.kind === 'exited'
    ? { reason: 'exited', attempts, result: outcome.result }
    : { reason: 'started', attempts, result: undefined }
}

function failureOf(outcome: StartOutcome): unknown {
  if (outcome.kind === 'start-failed') return outcome.error
  if (outcome.kind === 'started') return undefined
  const { pid, exitCode, signal } = outcome.result
  return new SuperviseError(
    'ERR_AGENT_EXITED',
    signal ? `Process ${pid} was killed by ${signal}.` : `Process ${pid} exited with code ${exitCode}.`,
    { ...outcome.result },
  )
}

function isExits(value: unknown): boolean {
  return Array.isArray(value) && value.every(isExit)
}

function isExit(value: unknown): boolean {
  return typeof value === 'string'
    ? /^SIG[A-Z0-9]+$/.test(value)
    : Number.isInteger(value) && Number(value) >= 0
}

function isLimit(value: number | undefined): boolean {
  return value === undefined || value === Infinity || (Number.isInteger(value) && value >= 0)
}
