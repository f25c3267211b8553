import { fault } from '../fault/fault.ts'
import type { FaultChoice } from './exploration.ts'

/** What schedules have unless an exploration says otherwise: one of each kind that supervisors go wrong by. */
export const DEFAULT_FAULTS: readonly FaultChoice[] = [
  fault.exit(1),
  fault.exit(0),
  fault.signal('SIGKILL'),
  fault.notFound(),
  (ms) => fault.slowStart(ms),
  fault.neverReady(),
  fault.hang(),
  fault.ignoreSignal(),
  (ms) => fault.slowStop(ms),
  fault.holdOutput(),
]
