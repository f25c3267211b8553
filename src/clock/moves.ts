import { siteOf } from './call-site.ts'

type AnyFunction = (...args: never[]) => unknown

/** The calls of a test that move time and have not come to their end. */
export class Moves {
  readonly #pending = new Map<object, { readonly outcome: Promise<unknown>; readonly site: Error }>()
  readonly #locate: (error: unknown, site: Error) => unknown

  /** @param locate has an error lead to the call that it ends */
  constructor(locate: (error: unknown, site: Error) => unknown) {
    this.#locate = locate
  }

  /** Makes such a call. @param called what the test has called */
  make<T>(called: AnyFunction, move: () => Promise<T>): Promise<T> {
    const key = {}
    const site = siteOf(called)
    const outcome = (async () => {
      try {
        return await move()
      } catch (error) {
        throw this.#locate(error, site)
      } finally {
        this.#pending.delete(key)
      }
    })()
    this.#pending.set(key, { outcome, site })
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
