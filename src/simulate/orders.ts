import { type FaultOrder, isAt, type Moment } from '../protocol/frames.ts'
import { DEEDS } from './deeds.ts'
import type { Life } from './life.ts'
import { messageOf } from '../errors.ts'

/** What is told of an order. */
export interface Told {
  fired(id: number, proof: Parameters<Parameters<(typeof DEEDS)[string]>[2]>[0]): void
  failed(id: number, reason: string): void
}

/** The faults that one agent is to play. */
export class Orders {
  readonly #life: Life
  readonly #told: Told
  #orders: readonly FaultOrder[] = []
  #isFalling = false

  constructor(life: Life, told: Told) {
    this.#life = life
    this.#told = told
  }

  begin(orders: readonly FaultOrder[]): void {
    this.#orders = orders
  }

  retract(id: number): void {
    this.#orders = this.#orders.filter((order) => order.id !== id)
  }

  /** What is under way at this point goes on, and nothing after it. */
  fall(): void {
    this.#isFalling = true
  }

  /** Plays those that are ordered for this moment. @param then follows when those faults are over that take a while */
  reach(moment: Moment, then = (): void => {}): void {
    const due = this.#orders.filter(({ at }) => isAt(at, moment))
    this.#orders = this.#orders.filter((order) => !due.includes(order))
    this.#playAll(due, then)
  }

  /** Has `later` play those that strike some time after ready. */
  schedule(later: (ms: number, strike: () => void) => void): void {
    for (const order of this.#orders) {
      const { at } = order
      if (typeof at === 'object' && 'after' in at)
        later(at.after, () => this.#orders.includes(order) && this.play(order))
    }
  }

  play({ id, name, options }: FaultOrder, then = (): void => {}): void {
    const fail = (reason: string): void => {
      this.#told.failed(id, reason)
      then()
    }
    const deed = DEEDS[name]
    if (!deed) return fail('a simulated agent does not know it')
    let goOn: ReturnType<typeof deed>
    try {
      goOn = deed(this.#life, options, (proof, act) => {
        this.#told.fired(id, proof)
        act?.()
      })
    } catch (error) {
      return fail(messageOf(error))
    }
    if (goOn) goOn(then)
    else then()
  }

  #playAll([first, ...others]: readonly FaultOrder[], then: () => void): void {
    this.#life.body.run(() => {
      if (first) this.play(first, () => this.#playAll(others, then))
      else if (!this.#isFalling) then()
    })
  }
}
