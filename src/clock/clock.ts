import { realDelay, realNow } from '../real-time.ts'

/** A source of time: everything here that waits, waits on one of these. Milliseconds. */
export interface Clock {
  /** Milliseconds since an origin that never changes. */
  readonly now: number
  /** Resolves after `ms`; rejects with the signal's reason as soon as `signal` aborts, leaving no timer. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** @internal A clock that tells those who can wait for ever from those whom it is a mistake to let wait. */
export interface PatientClock extends Clock {
  /** Like `sleep`, for those who do not mind if nobody moves time. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
  /** Has no time pass until the returned function is called: something real is under way that nothing else shows. */
  hold(): () => void
}

/** @internal A clock that calls back, for who listens to a signal by himself. */
export interface AlarmClock extends Clock {
  /** Calls `run` in more than 0 ms, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void
}

/** @internal A clock that begins anew when virtual time takes over, and can measure across that. */
export interface RestartableClock extends Clock {
  /** Measures from now on, in ms: only virtual time once there is any, from its beginning. */
  stopwatch(): () => number
}

/** How much time has passed by a clock since this call, in ms. */
export function stopwatchOf(clock: Clock | RestartableClock): () => number {
  if ('stopwatch' in clock) return clock.stopwatch()
  const since = clock.now
  return () => clock.now - since
}

/** Waits by a clock as somebody does who can wait for ever. */
export function waitBy(clock: Clock | PatientClock, ms: number, signal?: AbortSignal): Promise<void> {
  return 'wait' in clock ? clock.wait(ms, signal) : clock.sleep(ms, signal)
}

/** The outcome of real work, during which no virtual time passes. */
export async function holding<T>(clock: Clock | PatientClock, work: () => Promise<T>): Promise<T> {
  if (!('hold' in clock)) return work()
  const release = clock.hold()
  try {
    return await work()
  } finally {
    release()
  }
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
