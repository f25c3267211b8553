import type { Moment } from '../process/fault-source.ts'
import type { Point } from './where.ts'

/** Whether a point has just been reached. */
export function isAt(at: Point, moment: Moment): boolean {
  if (typeof at === 'string' || typeof moment === 'string') return at === moment
  if ('message' in at) return 'message' in moment && at.message === moment.message
  return 'cue' in at && 'cue' in moment && at.cue === moment.cue
}
