import type { VirtualClock } from '../clock/virtual-clock.ts'
import { SuperviseError } from '../errors.ts'
import { realDelay, TIMED_OUT, within } from '../real-time.ts'

/** How the time of a check goes by: in real time for supervisors that are processes, in virtual time for the others. */
export interface Pace {
  readonly virtual: boolean
  /** The outcome of `promise`, or `TIMED_OUT` when it has none `ms` from now or when nothing can happen any more. */
  until<T>(promise: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT>
  /** Lets so much time go by. ms */
  pass(ms: number): Promise<void>
}

/** Waits as everybody does. */
export const realPace: Pace = { virtual: false, until: within, pass: (ms) => realDelay(ms) }

/** Moves the clock. */
export function virtualPace(clock: VirtualClock): Pace {
  return {
    virtual: true,
    async until(promise, ms) {
      try {
        return await clock.runUntil(promise, { limit: ms })
      } catch (error) {
        if (error instanceof SuperviseError && OVER.has(error.code)) return TIMED_OUT
        throw error
      }
    },
    pass: (ms) => clock.advance(ms),
  }
}

const OVER = new Set(['ERR_CLOCK_DEADLOCK', 'ERR_CLOCK_LIMIT'])
