import type { Json } from '../src/json.ts'
import { type FaultOrder, isAt, type Moment } from '../src/protocol/frames.ts'
import { excerpt } from '../src/protocol/ndjson.ts'
import { warn } from './complain.ts'
import type { Fault, FaultOptions, Stage } from './faults/stage.ts'

/** How the player tells the test what has become of an order. */
export interface Report {
  /** The fault has fired: `next` is called once that is out. */
  fired(id: number, proof: Json, next: () => void): void
  /** The fault cannot be played. */
  failed(id: number, reason: string): void
}

/** Where faults are found by their names. */
export type FaultSource = (name: string) => Fault | undefined

const UNKNOWN = 'this agent does not know it'

/** Plays the faults that the test ordered for this attempt, each at its point and once. */
export class FaultPlayer {
  readonly #stage: Stage
  readonly #find: FaultSource
  readonly #report: Report
  #orders: readonly FaultOrder[]

  /** Orders that this agent cannot play are reported as failed, named on standard error, and left out. */
  constructor(orders: readonly FaultOrder[], find: FaultSource, stage: Stage, report: Report) {
    this.#stage = stage
    this.#find = find
    this.#report = report
    this.#orders = orders.filter(({ id, name }) => {
      const known = find(name) !== undefined
      if (!known) this.#leaveOut(id, name)
      return known
    })
  }

  /** Plays what is ordered for this moment, in the order in which it came. A promise if that takes a while. */
  reach(moment: Moment): Promise<void> | undefined {
    const due = this.#orders.filter((order) => isAt(order.at, moment))
    if (due.length === 0) return undefined
    this.#orders = this.#orders.filter((order) => !due.includes(order))
    let work: Promise<void> | undefined
    for (const { id, name, options } of due) {
      work = work ? work.then(() => this.play(id, name, options)) : this.play(id, name, options)
    }
    return work
  }

  /** Has `later` call back for each fault that strikes some time after ready. */
  schedule(later: (ms: number, strike: () => void) => void): void {
    for (const order of this.#orders) {
      const { at, id, name, options } = order
      if (typeof at !== 'object' || !('after' in at)) continue
      later(at.after, () => {
        if (this.#orders.includes(order)) void this.play(id, name, options)
      })
    }
  }

  /** Plays this order no more, if it has not been played. */
  forget(id: unknown): void {
    this.#orders = this.#orders.filter((order) => order.id !== id)
  }

  /** Plays a fault now. One that cannot be played is reported as failed, and named on standard error. */
  play(id: number, name: string, options: FaultOptions | null = {}): Promise<void> | undefined {
    const fault = this.#find(name)
    if (fault === undefined) {
      this.#leaveOut(id, name)
      return undefined
    }
    let fired = false
    const fail = (error: unknown): void => {
      // What goes wrong after that is what the fault is about.
      if (fired) throw error
      const reason = error instanceof Error ? error.message : String(error)
      warn(`fault "${name}" did not fire: ${reason}.`)
      this.#report.failed(id, reason)
    }
    try {
      const work = fault(options ?? {}, this.#stage, (proof, deed = nothing) => {
        if (fired) return
        fired = true
        this.#report.fired(id, proof, deed)
      })
      const end = work?.then(() => {
        if (!fired) fail('it ended and had not confirmed that it happened')
      }, fail)
      return end && this.#stage.during(end)
    } catch (error) {
      fail(error)
      return undefined
    }
  }

  #leaveOut(id: number, name: string): void {
    warn(`fault ${excerpt(name)} is left out: ${UNKNOWN}.`)
    this.#report.failed(id, UNKNOWN)
  }
}

function nothing(): void {}
