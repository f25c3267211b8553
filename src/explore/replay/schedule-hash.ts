import { createHash } from 'node:crypto'

import type { Schedule } from '../schedule.ts'

/** Tells schedules apart, by 16 digits, as the hash of a timeline does. */
export function scheduleHash(schedule: Schedule): string {
  return createHash('sha256').update(JSON.stringify(schedule)).digest('hex').slice(0, 16)
}
