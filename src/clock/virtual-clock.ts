import type { ChildProcess } from 'node:child_process'

import type { SuperviseError } from '../errors.ts'
import { siteOf } from './call-site.ts'
import { assertDuration, holds, notAJump, notALimit, notAwaitable } from './call-checks.ts'
import { ClockErrors } from './clock-errors.ts'
import {
  DEFAULT_LIMIT,
  DEFAULT_START,
  type VirtualClockContext,
  type VirtualClockOptions,
} from './clock-options.ts'
import { Driver } from './driver.ts'
import { type ClockState, dump } from './dump.ts'
import type { Goal } from './goals.ts'
import { Population } from './population.ts'
import { workInFlight } from './quiet.ts'
import { Moves } from './moves.ts'
import { NO_PARTICIPANTS, type Participants } from './participants.ts'
import type { Route, Speaker } from './route.ts'
import { seededOrder } from './seeded-order.ts'
import type { EvidenceLevel } from './situation.ts'
import { Sleepers } from './sleepers.ts'
import type { Ruler } from './test-clock.ts'
import { Times } from './times.ts'
import { type PendingTimer, TimerEngine } from './timer-engine.ts'
import { type UncontrolledTimer, UncontrolledTimers } from './uncontrolled.ts'

/** What `runUntil` may be told. */
export interface RunUntilOptions {
  /** How far time may move, in ms from the call. Default: the option `clock.limit`, 24 hours. */
  limit?: number
  /** Ends the wait, with its reason. */
  signal?: AbortSignal
}

/**
 * Virtual time over real processes. It stands still until the test moves it, by `next`, `advance`, `runUntil` or `jump`,
 * and it moves only when everything real has come to rest: every process of the test has ended or waits for something
 * that only time or the test can bring. Then the next timer is due at once, however far away it is.
 *
 * What processes do is given out process by process, in an order that no load and no chance changes, also while
 * nobody moves time.
 */
export class VirtualClock implements Ruler {
  readonly #limit: number
  readonly #engine: TimerEngine
  readonly #participants: Participants
  readonly #times: Times
  readonly #population: Population
  readonly #errors: ClockErrors
  readonly #driver: Driver
  readonly #uncontrolled = new UncontrolledTimers()
  readonly #moves = new Moves((error, site) => this.#errors.locate(error, site))
  readonly #sleepers: Sleepers
  readonly #open: () => readonly string[]
  #removed = false

  /** @internal Use the fixture `clock`, or `harness.installClock()`. */
  constructor(options: VirtualClockOptions, context: VirtualClockContext) {
    const { limit = DEFAULT_LIMIT, start = DEFAULT_START, seed } = options
    const { patience } = context
    this.#open = () => context.open()
    this.#limit = limit
    this.#participants =
      context.participants?.({
        start: Number(start),
        seed,
        patience,
        now: () => this.now,
        onChange: () => this.#driver.noteActivity(),
        stalled: () => this.#errors.stalled(),
      }) ?? NO_PARTICIPANTS
    this.#population = new Population({
      participants: this.#participants,
      evidence: context.evidence,
      owns: () => context.owns(),
      survivors: () => context.survivors(),
      onActivity: () => this.#driver.noteActivity(),
    })
    this.#errors = new ClockErrors(patience, () => this.#state())
    this.#engine = TimerEngine.install(Number(start), { owns: () => context.owns() })
    this.#times = new Times(this.#engine, this.#participants)
    this.#driver = new Driver({
      times: this.#times,
      participants: this.#participants,
      population: this.#population,
      errors: this.#errors,
      order: seededOrder(seed),
      patience,
    })
    this.#sleepers = new Sleepers({
      engine: this.#engine,
      errors: this.#errors,
      patience: patience / 2,
      isAtRest: () => workInFlight().length === 0 && this.#population.look().restful,
      idleSince: () => this.#driver.idleSince,
    })
    this.#population.start(context.children)
    this.#uncontrolled.start()
  }

  /** ms since the test body began. */
  get now(): number {
    return this.#engine.now
  }

  /** The timers that wait, the next one first: also those of other processes that go by this clock, the soonest 20 of each. */
  get timers(): readonly PendingTimer[] {
    return [...this.#engine.pending, ...this.#participants.timers].toSorted((a, b) => a.at - b.at)
  }

  /** @internal How many of them are no waits of this package. */
  get timersPending(): number {
    return this.#engine.timersPending
  }

  /**
   * What the moves of time so far were founded on: `exact` if no process lived at any of them, `cooperative` if all that
   * lived said that they were at rest, `heuristic` if of one the system alone showed it.
   */
  get evidence(): EvidenceLevel {
    return this.#driver.level
  }

  /** Real timers that came to be under this clock, which it does not rule. */
  get uncontrolled(): readonly UncontrolledTimer[] {
    return [...this.#uncontrolled.found, ...this.#participants.uncontrolled]
  }

  /** Lets everything come to rest, without moving time. */
  settle(): Promise<void> {
    return this.#moves.make(this.settle, () => this.#reach({ met: () => true }))
  }

  /** Moves to the next timer, calls it, and lets everything come to rest. Resolves with the time. */
  next(): Promise<number> {
    return this.#moves.make(this.next, async () => {
      const before = this.#driver.fired
      await this.#reach({ met: () => this.#driver.fired > before })
      return this.now
    })
  }

  /**
   * Moves by `ms`, in whole milliseconds, calling each timer that is due until then at its time and letting everything
   * come to rest after each.
   */
  advance(ms: number): Promise<void> {
    return this.#moves.make(this.advance, () => this.pass(ms))
  }

  /** @internal The same, for what goes on by itself until the clock is removed. */
  async pass(ms: number): Promise<void> {
    assertDuration('advance', ms)
    const until = this.now + Math.ceil(ms)
    const over = (): boolean => this.now >= until && (this.#times.next ?? Infinity) > until
    await this.#reach({ met: over, until })
  }

  /**
   * Moves from timer to timer until the promise has settled, and gives its outcome; or until the condition holds,
   * which is asked whenever everything is at rest. Rejects with `ERR_CLOCK_DEADLOCK` when nothing can happen any
   * more, with `ERR_CLOCK_LIMIT` before time would move further than `limit`, with `ERR_CLOCK_STALLED` when something
   * does not come to rest, and with what a timer's callback throws.
   */
  runUntil(condition: () => boolean, options?: RunUntilOptions): Promise<void>
  runUntil<T>(promise: PromiseLike<T>, options?: RunUntilOptions): Promise<T>
  runUntil<T>(what: PromiseLike<T> | (() => boolean), options?: RunUntilOptions): Promise<T | void> {
    return this.#moves.make(this.runUntil, () => this.#runUntil(what, options))
  }

  async #runUntil<T>(
    what: PromiseLike<T> | (() => boolean),
    options: RunUntilOptions | undefined,
  ): Promise<T | void> {
    if (typeof what === 'function') return this.#reach({ met: () => holds(what()) }, options)
    if (typeof what?.then !== 'function') throw notAwaitable(what)
    let settled = false
    const outcome = Promise.resolve(what)
    outcome.then(
      () => (settled = true),
      () => (settled = true),
    )
    await this.#reach({ met: () => settled }, options)
    return outcome
  }

  /**
   * @internal Moves to the next timer that is due by `end`, however far away that is, calls it, and lets everything come to rest.
   * False, and at `end`, if there is none. Rejects at once with what the timer throws.
   */
  async step(end: number): Promise<boolean> {
    const before = this.#driver.fired
    const over = (): boolean => this.now >= end && (this.#times.next ?? Infinity) > end
    await this.#reach({ met: () => this.#driver.fired > before || over(), until: end }, { limit: Infinity })
    return this.#driver.fired > before
  }

  /**
   * `wall`: the machine's clock is set forward (or back) by `ms`: `Date` jumps, timers do not. `sleep`: the machine
   * was suspended for `ms`: every timer that was due meanwhile fires once, now, and intervals go on from here.
   */
  jump(ms: number, how: { as: 'wall' | 'sleep' }): Promise<void> {
    return this.#moves.make(this.jump, () => this.#jump(ms, how?.as))
  }

  async #jump(ms: number, as: unknown): Promise<void> {
    if (as !== 'wall' && as !== 'sleep') throw notAJump(as)
    if (as === 'wall') {
      if (!Number.isFinite(ms)) assertDuration('jump', ms)
      this.#engine.jumpWall(ms)
      await this.#participants.jumpWall(ms)
      return this.settle()
    }
    assertDuration('jump', ms)
    await this.settle()
    this.#engine.postpone(this.now + ms)
    await this.#participants.postpone(this.now + ms)
    await this.advance(ms)
  }

  /** Resolves when the test has moved time by `ms`. Rejects with `ERR_CLOCK_NOT_DRIVEN` if it does not go on moving it. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#sleepers.sleep(ms, signal, siteOf(this.sleep))
  }

  /** @internal */
  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#sleepers.wait(ms, signal, siteOf(this.wait))
  }

  /** @internal */
  hold(): () => void {
    return this.#driver.hold()
  }

  /** @internal */
  route(speaker: Speaker): Route {
    return this.#population.route(speaker)
  }

  /** @internal Whether a call of the test is moving time. */
  get isMoving(): boolean {
    return this.#driver.idleSince === undefined
  }

  /** @internal Everything that is known at this moment, in words. */
  describe(): string {
    return dump(this.#state())
  }

  /**
   * @internal Gives timers, clocks and processes back. What was held is given out for the children that `keep` names;
   * of the others nothing is heard any more, so that nobody starts them again. Gives an error if time is being moved.
   */
  remove(keep: (process: ChildProcess) => boolean): SuperviseError | undefined {
    if (this.#removed) return undefined
    this.#removed = true
    const [moving] = this.#moves.abandon()
    this.#sleepers.stop()
    this.#uncontrolled.stop()
    this.#engine.uninstall()
    this.#population.stop(keep)
    this.#driver.stop()
    this.#participants.release()
    return moving && this.#errors.leftMoving(moving)
  }

  #state(): ClockState {
    return {
      now: this.now,
      situation: this.#population.look(),
      timers: this.timers,
      open: this.#open(),
      inFlight: workInFlight(),
      uncontrolled: this.uncontrolled,
    }
  }

  async #reach(goal: Omit<Goal, 'limit'>, options: RunUntilOptions = {}): Promise<void> {
    const { limit = this.#limit, signal } = options
    if (!(limit >= 0)) throw notALimit(limit)
    try {
      await this.#driver.reach({ ...goal, limit: this.now + limit }, signal)
    } finally {
      this.#sleepers.watch()
    }
  }
}
