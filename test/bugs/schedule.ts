import type { Point } from '../../src/fault/where.ts'
import type { Json } from '../../src/json.ts'

/**
 * What happens to a supervisor, as literal JSON. Its user calls `start` at 0 ms, before everything else; each program is well
 * and is ready at once, unless a fault strikes it.
 */
export type Schedule = readonly Entry[]

export type Entry = FaultEntry | StepEntry

/** A fault of the catalogue that strikes one attempt, counted from 1. */
export interface FaultEntry {
  readonly attempt: number
  readonly fault: FaultName
  /** The arguments of the fault by name, such as `{ ms: 500 }`. */
  readonly options?: { readonly [option: string]: Json }
  readonly at: Point
}

/** A call of the user, so many ms after the first start. Calls at one time are made one after the other, in one tick. */
export interface StepEntry {
  readonly step: 'start' | 'stop'
  readonly at: number
}

/** The faults that tell supervisors apart. */
export type FaultName =
  | 'exit'
  | 'notFound'
  | 'slowStart'
  | 'neverReady'
  | 'ignoreSignal'
  | 'slowStop'
  | 'holdOutput'

export function faultsOf(schedule: Schedule): FaultEntry[] {
  return schedule.filter((entry) => 'fault' in entry)
}

export function stepsOf(schedule: Schedule): StepEntry[] {
  return schedule.filter((entry) => 'step' in entry)
}

/** All schedules that lack one entry of this one. */
export function withoutOne(schedule: Schedule): Schedule[] {
  return schedule.map((_, left) => schedule.filter((_, index) => index !== left))
}
