import { inspect } from 'node:util'

import type { Clock } from '../clock/clock.ts'
import { Heap } from './heap.ts'
import { HeapTimer, type TimerKeeper, type TimerKind } from './heap-timer.ts'

type Callback<Args extends unknown[]> = (...args: Args) => unknown

/** The timers of a simulation, as Node has them in `globalThis`. They need no `this`. */
export interface HeapTimers {
  setTimeout<Args extends unknown[]>(run: Callback<Args>, delay?: number, ...args: Args): HeapTimer
  clearTimeout(timer: HeapTimer | number | string | null | undefined): void
  setInterval<Args extends unknown[]>(run: Callback<Args>, delay?: number, ...args: Args): HeapTimer
  clearInterval(timer: HeapTimer | number | string | null | undefined): void
}

/** As Node has it: what a timer can wait at most; longer ones, and those below 1, are called after 1 ms. */
const LONGEST = 2 ** 31 - 1

/**
 * Time that is nothing but the order of its timers: `next` moves to the next one and calls it. Ms from 0. It knows nothing of
 * what its timers set off; `Simulation` has that done before it moves time on.
 */
export class HeapClock implements Clock {
  /** Also for who wants to know whether this time is the same in every run. */
  readonly virtual = true
  readonly timers: HeapTimers
  readonly #heap = new Heap<HeapTimer>()
  /** Those that have been asked for their numbers. */
  readonly #known = new Map<number, HeapTimer>()
  readonly #keeper: TimerKeeper
  #now = 0
  #orders = 0
  #ids = 0
  #timersPending = 0

  constructor() {
    this.#keeper = {
      arm: (timer) => this.#arm(timer),
      disarm: (timer) => this.#disarm(timer),
      know: (timer) => this.#known.set(timer.id, timer),
    }
    const clear = (timer: unknown): void => this.#clear(timer)
    this.timers = Object.freeze<HeapTimers>({
      setTimeout: (run, delay, ...args) => this.#set(run, delay, args, 'timeout'),
      clearTimeout: clear,
      setInterval: (run, delay, ...args) => this.#set(run, delay, args, 'interval'),
      clearInterval: clear,
    })
  }

  get now(): number {
    return this.#now
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#heap.size
  }

  /** How many of them the program under test has set, by `timers`. */
  get timersPending(): number {
    return this.#timersPending
  }

  /** When the next timer is due; undefined if none waits. */
  get nextAt(): number | undefined {
    return this.#heap.top?.at
  }

  /** The times at which timers are due, the next one first. */
  get times(): number[] {
    return this.#heap.sorted().map(({ at }) => at)
  }

  /**
   * Moves to the next timer and calls it. False if none waits. Throws what the timer throws; an interval goes on nevertheless,
   * as in Node.
   */
  next(): boolean {
    const timer = this.#heap.top
    if (timer === undefined) return false
    this.#remove(timer)
    this.#now = timer.at
    try {
      timer.run()
    } finally {
      if (timer.kind === 'interval' && timer.index < 0) this.#arm(timer)
    }
    return true
  }

  /** Moves to a later time before which no timer is due. */
  moveTo(time: number): void {
    this.#now = Math.max(this.#now, Math.min(time, this.nextAt ?? Infinity))
  }

  /**
   * Resolves after `ms`, rounded up: at once for no time, never for `Infinity`. Rejects with the reason of `signal` as soon as
   * that aborts, and leaves no timer.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    if (!(ms > 0)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      })
      const abort = (): void => {
        signal?.removeEventListener('abort', abort)
        cancel()
        reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', abort)
    })
  }

  /** Calls `run` in more than 0 ms, rounded up, unless the returned function is called before. Never for `Infinity`. */
  after(ms: number, run: () => void): () => void {
    if (Number.isInteger(ms) && ms <= LONGEST) {
      const timer = this.#add(ms, 'wait', run)
      return () => this.#disarm(timer)
    }
    const due = this.#now + ms
    let timer: HeapTimer | undefined
    const wait = (): void => {
      timer = this.#add(Math.min(due - this.#now, LONGEST), 'wait', wake)
    }
    const wake = (): void => (this.#now < due ? wait() : run())
    if (ms !== Infinity) wait()
    return () => timer && this.#disarm(timer)
  }

  #set<Args extends unknown[]>(
    run: Callback<Args>,
    delay: number | undefined,
    args: Args,
    kind: TimerKind,
  ): HeapTimer {
    if (typeof run !== 'function') throw noCallback(run)
    return this.#add(delay, kind, args.length === 0 ? run : () => run(...args))
  }

  #add(delay: number | undefined, kind: TimerKind, run: () => unknown): HeapTimer {
    const timer = new HeapTimer(this.#keeper, ++this.#ids, nodeDelay(delay), kind, run)
    this.#arm(timer)
    return timer
  }

  #arm(timer: HeapTimer): void {
    if (timer.cleared) return
    this.#remove(timer)
    timer.at = this.#now + timer.delay
    timer.order = ++this.#orders
    this.#heap.push(timer)
    if (timer.kind !== 'wait') this.#timersPending += 1
  }

  /** Takes it out, if it waits. */
  #remove(timer: HeapTimer): void {
    if (timer.index >= 0 && timer.kind !== 'wait') this.#timersPending -= 1
    this.#heap.remove(timer)
  }

  #disarm(timer: HeapTimer): void {
    timer.cleared = true
    this.#remove(timer)
    this.#known.delete(timer.id)
  }

  #clear(timer: unknown): void {
    // It may be of another clock.
    if (timer instanceof HeapTimer) return void timer.close()
    const known = this.#known.get(Number(timer))
    if (known) this.#disarm(known)
  }
}

/** What Node makes of a delay. */
function nodeDelay(delay: unknown): number {
  const ms = Math.trunc(Number(delay))
  return ms >= 1 && ms <= LONGEST ? ms : 1
}

function noCallback(run: unknown): TypeError {
  return Object.assign(
    new TypeError(`The "callback" argument must be of type function. Received ${inspect(run, { depth: 0 })}`),
    { code: 'ERR_INVALID_ARG_TYPE' },
  )
}
