import { realDelay, realNow } from '../real-time.ts'

/** A source of time: everything here that waits, waits on one of these. Milliseconds. */
export interface Clock {
  /** Milliseconds since an origin that never changes. */
  readonly now: number
  /** Resolves after `ms`; rejects with the signal's reason as soon as `signal` aborts, leaving no timer. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Real time, also where a test has replaced the timers. */
export const systemClock: Clock = {
  get now() {
    return realNow()
  },
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    await realDelay(ms, signal).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error
    })
  },
}
