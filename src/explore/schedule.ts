import { SuperviseError } from '../errors.ts'
import { type Fault, fault, faultFacts } from '../fault/fault.ts'
import { make } from '../fault/make.ts'
import { type Point, pointText } from '../fault/where.ts'
import type { Json } from '../json.ts'
import { REFUSALS } from '../process/refusal.ts'

/** What happens to the subject of a scenario, as literal JSON: which faults strike its agents, and what its user does. */
export type Schedule = readonly ScheduleEntry[]

/** One thing that a schedule has happen. */
export type ScheduleEntry = ScheduledFault | ScheduledStep

/** A fault of the catalogue that strikes one attempt. */
export interface ScheduledFault {
  /** Default: the first one of the exploration. */
  readonly agent?: string
  /** From 1. */
  readonly attempt: number
  readonly fault: string
  /** What the fault is told by name, such as `{ ms: 500 }`. */
  readonly options?: Readonly<Record<string, Json>>
  readonly at: Point
}

/** A call of the user, so many ms after the scenario began. Calls at one time are made one after the other, in one tick. */
export interface ScheduledStep {
  readonly step: string
  readonly at: number
}

export function isStep(entry: ScheduleEntry): entry is ScheduledStep {
  return 'step' in entry
}

export function isFault(entry: ScheduleEntry): entry is ScheduledFault {
  return 'fault' in entry
}

/** The fault that an entry stands for. Throws `ERR_OPTION_INVALID` for one that is not in the catalogue. */
export function faultOf({ fault: name, options = {}, at }: ScheduledFault): Fault {
  if (!Object.hasOwn(faultFacts, name)) {
    throw new SuperviseError(
      'ERR_OPTION_INVALID',
      `A schedule has the fault "${name}", but there is none of that name: see \`fault\`, which has ${Object.keys(fault).length - 1}.`,
      { option: 'fault', value: name },
    )
  }
  const own = Object.hasOwn(REFUSALS, name) ? 'spawn' : at === 'start' ? 'start' : 'ready'
  return make(name, own, { ...options })
}

/** One line for each entry, in the words of a reader. */
export function scheduleText(schedule: Schedule): string {
  if (schedule.length === 0) return '(no fault and no step)'
  return schedule
    .map((entry) => {
      if (isStep(entry)) return `at ${entry.at} ms: ${entry.step}`
      const { agent, attempt } = entry
      return `${agent === undefined ? '' : `${agent}, `}attempt ${attempt}: ${faultOf(entry).text} ${pointText(entry.at)}`
    })
    .join('\n')
}
