import { realClearTimeout, realNow, realSetTimeout } from '../real-time.ts'
import type { ClockErrors } from './clock-errors.ts'
import type { TimerEngine } from './timer-engine.ts'

/** A sleep that only a call of the test ends. */
interface Sleeper {
  readonly site: Error
  readonly ms: number
  fail(error: unknown): void
}

interface SleepersParts {
  readonly engine: TimerEngine
  readonly errors: ClockErrors
  /** How long nobody may move time while somebody sleeps, in ms of real time. */
  readonly patience: number
  /** Whether nothing real is under way. */
  isAtRest(): boolean
  /** Since when nobody has moved time, in ms of real time; undefined while somebody does. */
  idleSince(): number | undefined
}

/** Real ms between two looks at who sleeps and should not. */
const LOOK = 100

/** Those who wait for virtual time to pass, and the watch over those who would wait for ever. */
export class Sleepers {
  readonly #parts: SleepersParts
  readonly #sleepers = new Set<Sleeper>()
  #watchdog: NodeJS.Timeout | undefined
  #stopped = false

  constructor(parts: SleepersParts) {
    this.#parts = parts
  }

  /** Resolves after `ms`. Rejects with `ERR_CLOCK_NOT_DRIVEN` if nobody moves time. @param site where it was called */
  sleep(ms: number, signal: AbortSignal | undefined, site: Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = { site, ms, fail: (error) => end(() => reject(error)) }
      const end = (settle: () => void): void => {
        cancel()
        this.#sleepers.delete(sleeper)
        settle()
      }
      const cancel = this.#set(ms, signal, site, (error) =>
        end(error === undefined ? resolve : () => reject(error)),
      )
      this.#sleepers.add(sleeper)
      this.watch()
    })
  }

  /** The same for those who can wait for ever. */
  wait(ms: number, signal: AbortSignal | undefined, site: Error): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#set(ms, signal, site, (error) => (error === undefined ? resolve() : reject(error)))
    })
  }

  /** Looks after those who sleep although nobody moves time. */
  watch(): void {
    if (this.#watchdog || this.#sleepers.size === 0 || this.#stopped) return
    const { patience, isAtRest, idleSince, errors } = this.#parts
    const idleFor = (): number => realNow() - (idleSince() ?? realNow())
    const look = (): void => {
      this.#watchdog = undefined
      if (this.#sleepers.size === 0 || this.#stopped) return
      if (!isAtRest() || idleFor() < patience) return wait()
      for (const sleeper of this.#sleepers) sleeper.fail(errors.notDriven(sleeper.ms, sleeper.site))
    }
    const wait = (): void => {
      this.#watchdog = realSetTimeout(look, Math.max(patience - idleFor(), LOOK)).unref()
    }
    wait()
  }

  stop(): void {
    this.#stopped = true
    realClearTimeout(this.#watchdog)
  }

  #set(
    ms: number,
    signal: AbortSignal | undefined,
    site: Error,
    done: (error?: unknown) => void,
  ): () => void {
    if (signal?.aborted) {
      // Not before the caller has what is returned here.
      queueMicrotask(() => done(signal.reason))
      return () => {}
    }
    const abort = (): void => {
      cancel()
      done(signal?.reason)
    }
    // After an abort it changes nothing any more.
    const run = (): void => {
      cancel()
      done()
    }
    // No time has to pass for that, and a timer is due after 1 ms at the earliest.
    if (!(ms > 0)) queueMicrotask(run)
    const stop = ms > 0 ? this.#parts.engine.after(ms, run, site) : () => {}
    const cancel = (): void => {
      stop()
      signal?.removeEventListener('abort', abort)
    }
    signal?.addEventListener('abort', abort)
    return cancel
  }
}
