type Crash = (error: unknown) => void

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const

/** Catches what nobody catches in this process, as long as it is installed: in reality it ends the process. */
export class Crashes {
  readonly #others = EVENTS.map((event) => [event, process.listeners(event as 'uncaughtException')] as const)
  readonly #hear: Crash = (error) => this.#onCrash?.(error)
  #onCrash: Crash | undefined

  static install(): Crashes {
    return new Crashes()
  }

  private constructor() {
    for (const event of EVENTS) {
      process.removeAllListeners(event)
      process.on(event, this.#hear)
    }
  }

  /** Who is told from now on. Undefined: nobody, and what comes late of earlier plays is forgotten. */
  set onCrash(listener: Crash | undefined) {
    this.#onCrash = listener
  }

  /** Those who listened before do so again. */
  restore(): void {
    for (const [event, listeners] of this.#others) {
      process.removeListener(event, this.#hear)
      for (const listener of listeners) process.on(event, listener)
    }
  }
}
