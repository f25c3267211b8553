import type { TimerEngine } from '../../clock/timer-engine.ts'
import { realClearTimeout, realNow, realSetTimeout } from '../../real-time.ts'

/** What a timer of Node can count; longer ones are waited for in parts. Milliseconds. */
const LONGEST = 2 ** 31 - 1

/** Has an engine go on in real time, from where it is. */
export class RealPace {
  readonly #engine: TimerEngine
  readonly #catchUp: () => void
  #timer: NodeJS.Timeout | undefined
  #until: number | undefined

  constructor(engine: TimerEngine) {
    this.#engine = engine
    const origin = realNow()
    this.#catchUp = engine.goOn(() => realNow() - origin)
    this.update()
  }

  /** To be called whenever a timer was set, cleared or changed. */
  update(): void {
    const { next } = this.#engine
    if (next !== this.#until) {
      realClearTimeout(this.#timer)
      this.#timer = undefined
      this.#until = next
      if (next !== undefined) this.#waitFor(next)
    }
    if (this.#engine.keepsAlive) this.#timer?.ref()
    else this.#timer?.unref()
  }

  #waitFor(next: number): void {
    const left = Math.min(Math.max(0, next - this.#engine.now), LONGEST)
    this.#timer = realSetTimeout(() => {
      this.#until = undefined
      try {
        this.#catchUp()
      } finally {
        this.update()
      }
    }, left)
  }
}
