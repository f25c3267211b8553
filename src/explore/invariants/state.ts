import type { TimelineEvent } from '../../timeline/events.ts'
import type { Promises } from './promises.ts'

/** One attempt of an agent. Times in ms. */
export interface Life {
  readonly attempt: number
  readonly spawnedAt: number
  readyAt: number | undefined
  /** Whether a fault has struck it. */
  struck: boolean
  /** Whether it was there when the user called `stop`, or something that may be as good as that. */
  dismissed: boolean
}

/** A call of `stop` that has neither resolved nor failed. */
export interface Stop {
  readonly time: number
  /** The last attempt that there was by then. */
  readonly attempt: number
}

/** Whether something is so. `open`: the supervisor may take it as it likes. */
export type Answer = 'yes' | 'open' | 'no'

/** What an event is for one agent. */
export type Moment = { readonly time: number } &
  /** A call of the user. `begins`: it is one of `start`, and finds it stopped, or given up, or perhaps done. */
  (
    | { readonly kind: 'call'; readonly begins: Answer }
    /** A call of `stop` has resolved, or failed for a reason. */
    | { readonly kind: 'stopped'; readonly stop: Stop; readonly reason: string | undefined }
    | { readonly kind: 'signal'; readonly life: Life; readonly signal: NodeJS.Signals }
    /** A start of an attempt, other than one that is refused in the very ms of a call of `stop`. */
    | { readonly kind: 'start'; readonly life: Life }
    /** An attempt is over; one that could not be spawned is as soon as it has started. `failure`: it has to be made good. */
    | { readonly kind: 'end'; readonly life: Life; readonly failure: Answer }
    | { readonly kind: 'reset' | 'gave-up' }
  )

/**
 * What is known of one agent after some of the events. The scenario itself is a call of `start`. A step that is neither
 * `start` nor `stop` nor harmless, and a `start` that fails, may have done anything: `call` is `other` until the next of the two.
 */
export class State {
  readonly agent: string
  /** The attempts that are running. */
  readonly alive = new Map<number, Life>()
  /** What the user has called last. */
  call: 'start' | 'stop' | 'other' = 'start'
  /** Whether it has been given up since it was started. */
  gaveUp = false
  /** Whether it has ended, and nobody has to start it again. */
  succeeded = false
  /** The calls of `stop` that are under way, the first one first. That which ends next is taken for the first. */
  readonly stops: Stop[] = []
  /** How many attempts there have been. */
  attempts = 0
  /** When the user has called last. */
  #calledAt = 0
  readonly #promises: Promises

  constructor(agent: string, promises: Promises) {
    this.agent = agent
    this.#promises = promises
  }

  /** Whether it has been stopped, or given up, so that nothing of it is under way any more. */
  get isOver(): boolean {
    return this.call === 'stop' ? this.stops.length === 0 : this.call === 'start' && this.gaveUp
  }

  /** Those that are running of the attempts up to one. */
  left(attempt: number): Life[] {
    return [...this.alive.values()].filter((life) => life.attempt <= attempt)
  }

  /** How messages call an attempt: as the timeline does. */
  nameOf({ attempt }: Life): string {
    return `${this.agent}#${attempt}`
  }

  /** Takes in the next event, and says what it is for this agent. It is the state after each moment when that is given. */
  *add(event: TimelineEvent): Generator<Moment> {
    if (event.kind === 'step') yield* this.#step(event)
    if (!('agent' in event) || event.agent !== this.agent) return
    const { time } = event
    const attempt = event.attempt ?? 0
    if (event.kind === 'reset') yield { kind: 'reset', time }
    if (event.kind === 'stopped') this.succeeded = true
    if (event.kind === 'gave-up') {
      this.gaveUp = true
      yield { kind: 'gave-up', time }
    }
    if (event.kind === 'spawn' || event.kind === 'spawn-failed') yield* this.#start(attempt, event)
    const life = this.alive.get(attempt)
    if (!life) return
    if (event.kind === 'ready') life.readyAt = time
    if (event.kind === 'fault') life.struck = true
    if (event.kind === 'signal') yield { kind: 'signal', time, life, signal: event.signal }
    if (event.kind === 'exit') {
      this.alive.delete(attempt)
      this.succeeded = event.exitCode !== null && this.#promises.success.includes(event.exitCode)
      yield { kind: 'end', time, life, failure: life.dismissed ? 'no' : this.succeeded ? 'open' : 'yes' }
    }
  }

  *#start(attempt: number, { kind, time }: TimelineEvent): Generator<Moment> {
    const life = { attempt, spawnedAt: time, readyAt: undefined, struck: false, dismissed: false }
    this.attempts = attempt
    this.succeeded = false
    if (kind === 'spawn') this.alive.set(attempt, life)
    // That it is refused is told a moment later: it may have been asked for before the stop.
    else if (this.call === 'stop' && time === this.#calledAt) return
    yield { kind: 'start', time, life }
    if (kind === 'spawn-failed')
      yield { kind: 'end', time, life, failure: this.call === 'stop' ? 'no' : 'yes' }
  }

  *#step({ step, outcome, reason, time }: Extract<TimelineEvent, { kind: 'step' }>): Generator<Moment> {
    const { start, harmless } = this.#promises
    const isStop = step === this.#promises.stop
    if (harmless.includes(step)) return
    if (outcome === 'called') {
      const idle = this.call !== 'start' || this.gaveUp ? 'yes' : this.succeeded ? 'open' : 'no'
      this.#calledAt = time
      const begins = step === start ? idle : 'no'
      this.call = isStop ? 'stop' : step === start ? 'start' : 'other'
      if (isStop) this.stops.push({ time, attempt: this.attempts })
      if (step === start) this.gaveUp = this.succeeded = false
      else for (const life of this.alive.values()) life.dismissed = true
      yield { kind: 'call', time, begins }
      return
    }
    if (step === start && outcome === 'failed') this.call = 'other'
    const stop = isStop ? this.stops.shift() : undefined
    if (stop) yield { kind: 'stopped', time, stop, reason: outcome === 'failed' ? (reason ?? '') : undefined }
  }
}
