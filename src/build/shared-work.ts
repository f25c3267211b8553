/**
 * Work that several callers may want at once and that is done once: same key, same run. A finished run is forgotten,
 * whatever came of it. A caller's signal ends that caller's wait; the run is aborted when its last caller has left.
 */
export class SharedWork<T> {
  readonly #runs = new Map<string, Run<T>>()

  join(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const run = this.#runs.get(key) ?? this.#start(key, work)
    run.callers += 1
    if (!signal) return run.result
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        reject(signal.reason)
        run.callers -= 1
        if (run.callers > 0) return
        this.#forget(key, run)
        run.controller.abort(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      void run.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Run<T> {
    const controller = new AbortController()
    const run: Run<T> = { controller, callers: 0, result: work(controller.signal) }
    this.#runs.set(key, run)
    const forget = () => this.#forget(key, run)
    run.result.then(forget, forget)
    return run
  }

  #forget(key: string, run: Run<T>): void {
    if (this.#runs.get(key) === run) this.#runs.delete(key)
  }
}

interface Run<T> {
  readonly controller: AbortController
  readonly result: Promise<T>
  callers: number
}
