import type { Check } from '../check.ts'
import { leftoverChecks } from './leftovers.ts'
import { pacingChecks } from './pacing.ts'
import { reportingChecks } from './reporting.ts'
import { restartingChecks } from './restarting.ts'
import { startingChecks } from './starting.ts'
import { stoppingChecks } from './stopping.ts'

/** All checks, in the order of a score card. */
export const CHECKS: readonly Check[] = [
  ...startingChecks,
  ...pacingChecks,
  ...restartingChecks,
  ...stoppingChecks,
  ...leftoverChecks,
  ...reportingChecks,
]
