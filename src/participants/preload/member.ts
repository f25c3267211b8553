import { readFileSync } from 'node:fs'

import fakeTimers from '@sinonjs/fake-timers'

import { comesToRest, workInFlight } from '../../clock/quiet.ts'
import { TimerEngine } from '../../clock/timer-engine.ts'
import { UncontrolledTimers } from '../../clock/uncontrolled.ts'
import { realImmediate, realNow } from '../../real-time.ts'
import type { ClockFrame, PreloadOptions } from '../frames.ts'
import { wrapBlockingCalls } from './blocking.ts'
import { Family } from './family.ts'
import { Lifeline } from './lifeline.ts'
import { RealPace } from './real-pace.ts'

/** Who this thread is among all that go by the clock. */
export interface Membership {
  readonly place: string
  /** 0: the main thread. */
  readonly thread: number
  /** What time it is, in ms of the clock. */
  readonly now: number
}

/** After so many real ms without a rest the clock is told what this thread is at. */
const BUSY = 500
/** What is told of what it runs: a command may be longer than a frame. Characters. */
const LONGEST_NAME = 80
/** So many timers are told of. */
const MOST_TIMERS = 20

/**
 * One thread that goes by the clock of its test: its timers are virtual, what its children do is held until it is told to
 * hear of it, and whenever it has come to rest, it says so.
 */
export class Member {
  readonly #membership: Membership
  readonly #engine: TimerEngine
  readonly #family: Family
  readonly #uncontrolled: UncontrolledTimers
  readonly #lifeline: Lifeline
  /** How many starts the clock has been told of, and how many of these over connections before this one. */
  #startsTold = 0
  #startsToldBefore = 0
  #events = 0
  #heard = 0
  #turning = false
  /** How many orders are being followed that take more than a turn: it does not rest before. */
  #following = 0
  #pace: RealPace | undefined

  constructor(options: PreloadOptions, membership: Membership) {
    this.#membership = membership
    const changed = (): void => this.#noteActivity()
    this.#lifeline = new Lifeline(options.socket, {
      onFrame: (frame) => this.#follow(frame),
      onRenewed: () => this.#comeBack(),
      onEnd: () => this.#leave(),
    })
    this.#uncontrolled = new UncontrolledTimers((timer) =>
      this.#lifeline.sendNow({ t: 'uncontrolled', timer }),
    )
    // Before the clock is replaced, by which all that is replaced comes to be seen by ES modules.
    wrapBlockingCalls({
      onCall: (by) => {
        this.#lifeline.sendNow({ t: 'blocked', by })
        return changed
      },
      onSleep: () => {
        this.#lifeline.sendNow({ t: 'asleep' })
        return () => this.#wakeUp(options.now)
      },
      onTimedWait: (by, ms, below) => this.#uncontrolled.note(by, ms, below),
    })
    this.#family = new Family(options, membership.place, {
      onStart: (pid) => this.#lifeline.sendNow({ t: 'started', pid }),
      onActivity: changed,
    })
    this.#engine = TimerEngine.install(options.start + membership.now, {
      onChange: changed,
      load: () => fakeTimers,
    })
  }

  /** Says who it is, and goes on saying when it rests. */
  join(): void {
    this.#introduce(this.#membership.now)
    this.#family.start()
    this.#uncontrolled.start()
    // Not before the program has begun.
    process.nextTick(() => realImmediate(() => this.#noteActivity()))
  }

  #introduce(now: number): void {
    const { place, thread } = this.#membership
    const words = process.argv.slice(1).map(baseName).join(' ') || baseName(process.argv0)
    const program = words.length > LONGEST_NAME ? `${words.slice(0, LONGEST_NAME - 1)}…` : words
    this.#lifeline.sendNow({ t: 'hello', pid: process.pid, place, thread, program, now })
  }

  /** Over another connection, where nobody has said anything. */
  #comeBack(): void {
    this.#heard = 0
    this.#startsToldBefore = this.#startsTold
    this.#introduce(this.#membership.now + this.#engine.now)
    this.#noteActivity()
  }

  /** @param file holds the time, which nobody could tell meanwhile */
  #wakeUp(file: string): void {
    if (!this.#pace) this.#setNow(Number(readFileSync(file, 'latin1')) - this.#membership.now)
    this.#lifeline.sendNow({ t: 'awake' })
    this.#noteActivity()
  }

  /**
   * What was ordered while it slept is older than what it knows. While nobody knew of it, time may have moved beyond its timers:
   * these are due now, since time does not go back for them.
   */
  #setNow(time: number): void {
    if (time <= this.#engine.now) return
    if ((this.#engine.next ?? time) < time) this.#engine.postpone(time)
    this.#engine.setNow(time)
  }

  #noteActivity(): void {
    this.#events += 1
    this.#pace?.update()
    this.#look()
  }

  /** Says that it rests as soon as it does. */
  #look(): void {
    if (this.#turning || this.#following > 0 || this.#pace) return
    this.#turning = true
    void this.#comeToRest()
  }

  async #comeToRest(): Promise<void> {
    for (let busySince = realNow(); ;) {
      const seen = this.#events
      if (await comesToRest(() => this.#events !== seen || this.#pace !== undefined, BUSY)) break
      if (this.#pace) return
      if (realNow() - busySince < BUSY) continue
      this.#lifeline.send({ t: 'busy', with: workInFlight() })
      busySince = realNow()
    }
    this.#turning = false
    // Otherwise it is looked at anew when that has been followed.
    if (this.#following === 0) this.#sayRest()
  }

  #sayRest(): void {
    const base = this.#membership.now
    const { next, keepsAlive } = this.#engine
    const held = this.#family.held
    this.#startsTold = this.#family.started
    this.#lifeline.hold(keepsAlive || held > 0)
    this.#lifeline.send({
      t: 'rest',
      heard: this.#heard,
      events: this.#events,
      held,
      ...(next !== undefined && { next: base + next }),
      timers: this.#engine.soonest(MOST_TIMERS).map((timer) => ({ ...timer, at: base + timer.at })),
      children: this.#family.pids,
      started: this.#startsTold - this.#startsToldBefore,
    })
  }

  #follow(frame: ClockFrame): void {
    if (frame.t === 'leave') return this.#leave()
    this.#heard = frame.n
    const base = this.#membership.now
    switch (frame.t) {
      case 'now':
        this.#setNow(frame.now - base)
        break
      case 'fire':
        return this.#fire(frame.now - base)
      case 'give':
        return void this.#give()
      case 'wall':
        this.#engine.jumpWall(frame.ms)
        break
      case 'postpone':
        this.#engine.postpone(frame.to - base)
        break
      case 'check':
        return this.#look()
    }
    this.#noteActivity()
  }

  /** What the timer throws is thrown as if Node had called it. */
  #fire(time: number): void {
    this.#following += 1
    realImmediate(() => {
      this.#following -= 1
      try {
        this.#setNow(time)
        if (this.#engine.next === time) this.#engine.fire()
      } finally {
        this.#noteActivity()
      }
    })
  }

  async #give(): Promise<void> {
    this.#following += 1
    await this.#family.give()
    this.#following -= 1
    this.#noteActivity()
  }

  /** The clock is gone: time goes on as everybody's does. */
  #leave(): void {
    if (this.#pace) return
    this.#uncontrolled.stop()
    this.#pace = new RealPace(this.#engine)
    this.#family.stop()
    this.#lifeline.letGo()
  }
}

function baseName(word: string): string {
  return /[\\/]/.test(word) ? (word.split(/[\\/]/).findLast(Boolean) ?? word) : word
}
