import type { VirtualClock } from '../clock/virtual-clock.ts'
import { SuperviseError } from '../errors.ts'
import { realDelay, TIMED_OUT, within } from '../real-time.ts'
import type { SupervisorAdapter } from './adapter.ts'

/** How long what should happen may take beyond the times that a supervisor declares. ms */
export const PATIENCE = { real: 10_000, virtual: 600_000 }

/** More events than any check waits for one after the other. */
const WAITS = 6

/** How long one check may take at most, so that it comes to a verdict of its own. ms of real time */
export function timeLimit({ facts = {}, time }: Pick<SupervisorAdapter, 'facts' | 'time'>): number {
  const { delays = [], grace = 0, resetAfter = 0, quiet = 0, patience = 0 } = facts
  const waits = WAITS * Math.max(PATIENCE.real, patience)
  return time === 'virtual'
    ? waits
    : waits + 2 * delays.reduce((sum, delay) => sum + delay, grace + resetAfter + quiet)
}

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
