/** The outcome of `promise`, unless `signal` aborts first: then its reason. Leaves no listener behind. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  if (signal.aborted) {
    promise.catch(() => {}) // Nobody waits for it any more.
    return Promise.reject(signal.reason as Error)
  }
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => signal.removeEventListener('abort', onAbort)
    const onAbort = (): void => {
      leave()
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort)
    promise.then(
      (value) => {
        leave()
        resolve(value)
      },
      (error: unknown) => {
        leave()
        reject(error)
      },
    )
  })
}

/** The same for who waits again and again, for one thing at a time: it listens to `signal` once, until it is closed. */
export class Interruptible implements Disposable {
  readonly #signal: AbortSignal
  #interrupt: (reason: Error) => void = () => {}
  readonly #onAbort = (): void => this.#interrupt(this.#signal.reason as Error)

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort)
  }

  wait<T>(promise: Promise<T>): Promise<T> {
    if (this.#signal.aborted) return abortable(promise, this.#signal)
    return new Promise<T>((resolve, reject) => {
      this.#interrupt = reject
      promise.then(resolve, reject)
    })
  }

  /**
   * Resolves when what is begun here calls its argument.
   * @param begin gives back what ends it if the signal aborts; may be called when it is over, too
   */
  until(begin: (done: () => void) => () => void): Promise<void> {
    if (this.#signal.aborted) return Promise.reject(this.#signal.reason as Error)
    return new Promise((resolve, reject) => {
      const cancel = begin(resolve)
      this.#interrupt = (reason) => {
        cancel()
        reject(reason)
      }
    })
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
  }
}

/** A promise with its ends: settled from outside, once. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}

/** Wakes all who wait for something to change. */
export class Notifier {
  #next: Deferred<void> | undefined

  notify(): void {
    const next = this.#next
    this.#next = undefined
    next?.resolve()
  }

  /** Resolves at the next `notify()`; rejects with the reason of `signal`. */
  wait(signal?: AbortSignal): Promise<void> {
    return abortable((this.#next ??= deferred()).promise, signal)
  }
}
