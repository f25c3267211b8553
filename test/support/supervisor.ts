import type { ChildProcess } from 'node:child_process'

/** How long a run must last for the delay to begin anew. ms. */
const STABLE = 60_000

/**
 * A supervisor as people write them: it starts a program again whenever that ends or cannot be started, after a delay that
 * doubles from 1 s, measured by timers and `Date` of its own.
 */
export class Supervisor {
  /** How often it has begun a start. */
  starts = 0
  readonly #start: () => ChildProcess
  readonly #delay: number
  #failures = 0

  /** @param delay the first delay; 0: it starts again at once, within the event */
  constructor(start: () => ChildProcess, delay = 1000) {
    this.#start = start
    this.#delay = delay
  }

  run(): this {
    this.starts += 1
    const since = Date.now()
    const child = this.#start()
    let over = false
    const again = (): void => {
      if (over) return
      over = true
      if (Date.now() - since >= STABLE) this.#failures = 0
      if (this.#delay === 0) this.run()
      else setTimeout(() => this.run(), this.#delay * 2 ** this.#failures++)
    }
    child.stdout?.resume()
    child.stderr?.resume()
    child.once('error', again)
    child.once('exit', again)
    return this
  }
}
