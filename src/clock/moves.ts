import { siteOf } from './timer-engine.ts'

type AnyFunction = (...args: never[]) => unknown

/** The calls of a test that move time and have not come to their end. */
export class Moves {
  readonly #pending = new Map<object, { readonly outcome: Promise<unknown>; readonly site: Error }>()

  /** Makes such a call. @param called what the test has called */
  make<T>(called: AnyFunction, move: () => Promise<T>): Promise<T> {
    const key = {}
    const outcome = (async () => {
      try {
        return await move()
      } finally {
        this.#pending.delete(key)
      }
    })()
    this.#pending.set(key, { outcome, site: siteOf(called) })
    return outcome
  }

  /** Has nobody miss the outcomes of those that have not ended, and gives where they were made. */
  abandon(): Error[] {
    return [...this.#pending.values()].map(({ outcome, site }) => {
      outcome.catch(() => {})
      return site
    })
  }
}
