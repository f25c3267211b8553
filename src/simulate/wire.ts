import type { Body } from './body.ts'
import type { HeapClock } from './heap-clock.ts'

interface Wait {
  readonly ms: number
  readonly act: () => void
}

/** A wait of real time that ends before virtual time could move is shorter than this, in ms. */
const MOMENT = 1000

/** The connection of a simulated agent to its test, and the time that it is given over that. */
export class Wire {
  /** What the test says is not read. */
  deaf = false
  readonly #body: Body
  readonly #clock: HeapClock
  readonly #waits = new Set<Wait>()
  readonly #timers = new Set<() => void>()
  #open = true

  constructor(body: Body, clock: HeapClock) {
    this.#body = body
    this.#clock = clock
  }

  get isOpen(): boolean {
    return this.#open
  }

  /** Has the agent hear what the test has said. */
  hear(act: () => void): void {
    this.#body.later(() => {
      if (!this.deaf) act()
    })
  }

  /** Has the test hear this when its turn has come. */
  say(event: () => void): void {
    if (this.#open) this.#body.tell('control', event)
  }

  /** Acts in so many ms of the test's time, unless the returned function is called before. */
  after(ms: number, act: () => void): () => void {
    if (!this.#open) return this.#inRealTime(ms, act)
    const wait = { ms, act }
    this.#waits.add(wait)
    // Nobody need count to infinity.
    if (ms !== Infinity) this.say(() => this.#count(wait))
    return () => this.#waits.delete(wait)
  }

  /** The end of it. @param heard called when the test has heard of that */
  hangUp(heard: () => void): void {
    if (!this.#open) return
    this.say(() => {
      for (const cancel of this.#timers) cancel()
      this.#timers.clear()
      heard()
    })
    this.#open = false
    for (const { ms, act } of this.#waits) this.#inRealTime(ms, act)
    this.#waits.clear()
  }

  #count(wait: Wait): void {
    const go = (): void =>
      this.hear(() => {
        if (this.#waits.delete(wait)) wait.act()
      })
    if (!(wait.ms > 0)) return go()
    const cancel = this.#clock.after(wait.ms, () => {
      this.#timers.delete(cancel)
      go()
    })
    this.#timers.add(cancel)
  }

  /** Without a test to ask, time is real: a moment, during which no other time passes, or more than ever will. */
  #inRealTime(ms: number, act: () => void): () => void {
    let over = false
    if (ms < MOMENT) this.#body.later(() => !over && act())
    return () => (over = true)
  }
}
