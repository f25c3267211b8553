import { randomInt } from 'node:crypto'

import { SuperviseError } from '../errors.ts'
import type { WatchResult } from '../process/watcher.ts'
import type { RestartRecord } from './history.ts'

/** What a backoff may go by, besides how often. */
export interface BackoffContext {
  /** The delay before this one, in ms; undefined at the first restart and after a reset. */
  readonly previous?: number
  /** How long the process ran, in ms; 0 if it never did. */
  readonly uptime: number
  readonly wasReady: boolean
  /** How it ended, if it ran. */
  readonly result?: WatchResult
  /** The randomness of the loop that asks, if it has its own: a number from 0 up to but not including 1. */
  readonly random?: () => number
  /** The failures since the last reset, at most the latest 1000, in order. The last one is that which asks. */
  readonly failures?: readonly RestartRecord[]
}

/** Decides how long to wait before a restart. */
export interface BackoffStrategy {
  /** The delay in whole ms, 0 or more. Attempt 0 is the first restart. */
  next(attempt: number, context?: BackoffContext): number
}

/** How chance changes a delay: a share of it, or one of the named ways. */
export type Jitter = number | 'full' | 'equal' | 'decorrelated'

/** How the delays of an `ExponentialBackoff` grow, and how far. */
export interface ExponentialBackoffOptions {
  /** The first delay, in ms. Default 1000. */
  initial?: number
  /** No delay is longer, jitter included. ms. Default 60,000. */
  max?: number
  /** Each delay is the one before times this; 1 or more. Default 2. */
  multiplier?: number
  /** Default: none. */
  jitter?: Jitter
  /**
   * A number from 0 up to but not including 1. Default: that of the loop that asks (in a test a seeded one), else the
   * system's randomness. Seed it to get the same delays again.
   */
  random?: () => number
}

/**
 * Delays that grow: `initial * multiplier ** attempt`, at most `max`, with jitter if asked for. With v for that value,
 * `full` is uniform in [0, v), `equal` in [v/2, v) and `decorrelated` in [initial, 3 * the previous delay), at most `max`
 * (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015); a number j is uniform in
 * [v(1 - j), v(1 + j)), at most `max` (gRPC, "Connection Backoff Protocol"). Safe at any attempt.
 * Throws `ERR_OPTION_INVALID`, which names the option.
 */
export class ExponentialBackoff implements BackoffStrategy {
  readonly #initial: number
  readonly #max: number
  readonly #multiplier: number
  readonly #jitter: Jitter
  readonly #random: (() => number) | undefined

  constructor(options: ExponentialBackoffOptions = {}) {
    const { initial = 1000, max = 60_000, multiplier = 2, jitter = 0, random } = options
    assertOption('initial', initial, 'a number of milliseconds, 0 or more', isDelay(initial))
    assertOption('max', max, 'a number of milliseconds, `initial` or more', max >= initial)
    assertOption(
      'multiplier',
      multiplier,
      'a number, 1 or more',
      Number.isFinite(multiplier) && multiplier >= 1,
    )
    assertOption(
      'jitter',
      jitter,
      'a number from 0 to 1, "full", "equal" or "decorrelated"',
      isJitter(jitter),
    )
    this.#initial = initial
    this.#max = max
    this.#multiplier = multiplier
    this.#jitter = jitter
    this.#random = random
  }

  next(attempt: number, context?: BackoffContext): number {
    const random = this.#random ?? context?.random ?? systemRandom
    return Math.round(Math.min(this.#jittered(this.#plain(attempt), context?.previous, random), this.#max))
  }

  #plain(attempt: number): number {
    // 0 times an overflowed power would be no number at all; nor is what jitter makes of Infinity.
    if (this.#initial === 0) return 0
    return Math.min(this.#initial * this.#multiplier ** attempt, this.#max, Number.MAX_SAFE_INTEGER)
  }

  #jittered(delay: number, previous = this.#initial, random: () => number): number {
    const between = (low: number, high: number): number => low + random() * (high - low)
    switch (this.#jitter) {
      case 'full':
        return between(0, delay)
      case 'equal':
        return between(delay / 2, delay)
      case 'decorrelated':
        return between(this.#initial, Math.max(this.#initial, previous * 3))
      case 0:
        return delay
      default:
        return between(delay * (1 - this.#jitter), delay * (1 + this.#jitter))
    }
  }
}

/** The same delay every time. Throws `ERR_OPTION_INVALID`. */
export class ConstantBackoff implements BackoffStrategy {
  readonly #delay: number

  /** @param delay in ms */
  constructor(delay: number) {
    assertOption('delay', delay, 'a number of milliseconds, 0 or more', isDelay(delay))
    this.#delay = Math.round(delay)
  }

  next(): number {
    return this.#delay
  }
}

/** The delays of a list, in order; the last one again and again. Throws `ERR_OPTION_INVALID`. */
export class ListBackoff implements BackoffStrategy {
  readonly #delays: readonly number[]

  /** @param delays in ms, at least one */
  constructor(delays: readonly number[]) {
    const expected = 'an array of at least one number of milliseconds, 0 or more'
    assertOption('delays', delays, expected, delays.length > 0 && delays.every(isDelay))
    this.#delays = delays.map(Math.round)
  }

  next(attempt: number): number {
    return this.#delays[Math.min(attempt, this.#delays.length - 1)] ?? 0
  }
}

/** Throws `ERR_OPTION_INVALID` for the option unless it is as expected. */
export function assertOption(option: string, value: unknown, expected: string, valid: boolean): void {
  if (valid) return
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    `\`${option}\` is ${show(value)}, but must be ${expected}.`,
    {
      option,
      value,
    },
  )
}

/** The randomness of those who were given none: a number from 0 up to but not including 1. */
export function systemRandom(): number {
  return randomInt(2 ** 32) / 2 ** 32
}

function isDelay(value: number): boolean {
  return Number.isFinite(value) && value >= 0
}

function isJitter(value: Jitter): boolean {
  return typeof value === 'number'
    ? value >= 0 && value <= 1
    : ['full', 'equal', 'decorrelated'].includes(value)
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}
