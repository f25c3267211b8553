import type { VirtualClock } from '../clock/virtual-clock.ts'
import { SuperviseError } from '../errors.ts'
import { TIMED_OUT, within } from '../real-time.ts'
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

/** So long after a signal another one of its kind is a second one, and not the same. ms of real time */
const HEARING = 100

/** How the time of a check goes by: in virtual time for supervisors that go by the clock of the test, in real time for the others. */
export interface Pace {
  readonly virtual: boolean
  /** The outcome of `promise`, or `TIMED_OUT` when it has none `ms` from now or when nothing can happen any more. */
  until<T>(promise: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT>
  /** Waits until what was sent to a process has been heard there; the outcome of `over` if that has come by then. */
  heard<T>(over: Promise<T>): Promise<T | undefined>
}

/** Waits as everybody does. */
export const realPace: Pace = {
  virtual: false,
  until: within,
  async heard(over) {
    const outcome = await within(over, HEARING)
    return outcome === TIMED_OUT ? undefined : outcome
  },
}

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
    async heard(over) {
      await clock.settle()
      return Promise.race([over, Promise.resolve(undefined)])
    },
  }
}

const OVER = new Set(['ERR_CLOCK_DEADLOCK', 'ERR_CLOCK_LIMIT'])
