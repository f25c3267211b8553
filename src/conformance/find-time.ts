import { SuperviseError } from '../errors.ts'
import type { TrialTime } from './time.ts'
import { Trial, type TrialParts } from './trial.ts'
import { Deviation } from './verdict.ts'

/** What finding out the time of a supervisor needs. */
export interface FindTimeParts extends TrialParts {
  /** How often the adapter has called `supervise` so far. */
  readonly supervised: () => number
}

/**
 * Starts a supervisor once under a clock, to see whether it goes by that. What goes wrong is no verdict: in real time it
 * either goes well, or every check tells of it. Nothing of it is left.
 */
export async function findTime(parts: FindTimeParts): Promise<TrialTime> {
  const trial = new Trial(parts)
  try {
    await trial.start({ policy: trial.policy })
    return parts.supervised() > 0 ? { time: 'virtual' } : real('its adapter does not start it by `supervise`')
  } catch (error) {
    return real(reasonOf(error))
  } finally {
    await trial.close()
  }
}

function real(because: string): TrialTime {
  return { time: 'real', because }
}

function reasonOf(error: unknown): string {
  const code = error instanceof SuperviseError ? error.code : undefined
  if (code === 'ERR_CLOCK_NOT_JOINED') return 'it is no Node program that goes by the clock of the test'
  if (code === 'ERR_CLOCK_STALLED') return 'it does not come to rest under the clock of the test'
  if (error instanceof Deviation) return 'its start does not come to an end in virtual time'
  return 'its start fails in virtual time'
}
