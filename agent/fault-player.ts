import type { Json } from '../src/json.ts'
import type { FaultOrder, FaultPoint } from '../src/protocol/frames.ts'
import { warn } from './complain.ts'
import { findFault } from './faults/index.ts'
import type { FaultOptions, Stage } from './faults/stage.ts'

/** A point of the agent's life that it has just reached. */
export type Moment = 'start' | 'ready' | { readonly message: number } | { readonly cue: string }

/** How the player tells the test that a fault has fired: `next` is called once that is out. */
export type Report = (id: number, proof: Json, next: () => void) => void

/** Plays the faults that the test ordered for this attempt, each at its point and once. */
export class FaultPlayer {
  readonly #stage: Stage
  readonly #report: Report
  #orders: readonly FaultOrder[]

  /** Orders that this agent cannot play are named on standard error, and left out. */
  constructor(orders: readonly FaultOrder[], stage: Stage, report: Report) {
    this.#stage = stage
    this.#report = report
    this.#orders = orders.filter((order) => {
      const problem = unplayable(order)
      if (problem !== undefined) warn(`fault "${order.name}" is left out: ${problem}.`)
      return problem === undefined
    })
  }

  /** Plays what is ordered for this moment, in the order in which it came. */
  reach(moment: Moment): void {
    const due = this.#orders.filter((order) => isAt(order.at, moment))
    this.#orders = this.#orders.filter((order) => !due.includes(order))
    for (const order of due) this.play(order.id, order.name, order.options)
  }

  /** Has `later` call back for each fault that strikes some time after ready. */
  schedule(later: (ms: number, strike: () => void) => void): void {
    for (const order of this.#orders) {
      const { at, id, name, options } = order
      if (typeof at !== 'object' || !('after' in at)) continue
      later(at.after, () => {
        if (this.#orders.includes(order)) this.play(id, name, options)
      })
    }
  }

  /** Plays this order no more, if it has not been played. */
  forget(id: unknown): void {
    this.#orders = this.#orders.filter((order) => order.id !== id)
  }

  /** Plays a fault now. One that cannot be played is named on standard error, and not reported as fired. */
  play(id: number, name: string, options: FaultOptions = {}): void {
    const fault = findFault(name)
    if (fault === undefined) return warn(`fault "${name}" is left out: this agent does not know it.`)
    try {
      fault(options, this.#stage, (proof, deed) => this.#report(id, proof, deed ?? nothing))
    } catch (error) {
      warn(`fault "${name}" did not fire: ${error instanceof Error ? error.message : String(error)}.`)
    }
  }
}

function unplayable(order: FaultOrder): string | undefined {
  if (findFault(order.name) === undefined) return 'this agent does not know it'
  if (typeof order.at === 'object' && 'write' in order.at) return 'this agent does not count its writes'
  return undefined
}

function isAt(point: FaultPoint, moment: Moment): boolean {
  if (typeof point === 'string' || typeof moment === 'string') return point === moment
  if ('message' in point) return 'message' in moment && moment.message === point.message
  return 'cue' in point && 'cue' in moment && moment.cue === point.cue
}

function nothing(): void {}
