import type { Participant, Participants } from './participants.ts'
import type { TimerEngine } from './timer-engine.ts'

/** The timers of this process and of all that go by its clock, as one. */
export class Times {
  readonly #engine: TimerEngine
  readonly #participants: Participants

  constructor(engine: TimerEngine, participants: Participants) {
    this.#engine = engine
    this.#participants = participants
  }

  /** When the next timer of anybody is due; undefined if none is set. */
  get next(): number | undefined {
    const times = [this.#engine.next, this.#first?.next].filter((time) => time !== undefined)
    return times.length > 0 ? Math.min(...times) : undefined
  }

  /** Moves everybody to a time before which no timer is due. */
  async moveTo(time: number): Promise<void> {
    this.#engine.moveTo(time)
    await this.#participants.setNow(time)
  }

  /**
   * Moves everybody to the next timer, and calls that one: of several that are due at the same time first those of this process,
   * then those of others in their order. Rejects with what a timer of this process throws.
   */
  async fire(): Promise<void> {
    const own = this.#engine.next
    const first = this.#first
    if (first?.next === undefined || (own !== undefined && own <= first.next)) {
      if (own !== undefined) await this.#participants.setNow(own)
      return this.#engine.fire()
    }
    // Whatever is said there: time does not go back.
    const time = Math.max(first.next, this.#engine.now)
    this.#engine.setNow(time)
    await this.#participants.fire(first, time)
  }

  /** Who has the soonest timer. */
  get #first(): Participant | undefined {
    let first: Participant | undefined
    for (const one of this.#participants.present) {
      if (one.next !== undefined && one.next < (first?.next ?? Infinity)) first = one
    }
    return first
  }
}
