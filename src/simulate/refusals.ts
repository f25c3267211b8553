import { SuperviseError } from '../errors.ts'
import { type Fault, faultFacts } from '../fault/fault.ts'
import { REFUSALS, type Refusal } from '../process/refusal.ts'
import { DEEDS } from './deeds.ts'

/** Why a fault cannot happen in a simulation, as the end of a sentence; others of its kind for the same reason. */
const REASONS: readonly [names: RegExp, reason: string][] = [
  [
    /^busyLoop$/,
    'nothing comes to rest there while an agent works for ever. `fault.hang()` blocks it without work',
  ],
  [/Frame$|^slowSocket$/, 'agents talk to the test there without a connection that bytes go over'],
  [/^(portTaken|noNetwork)$/, 'there is no network there'],
  [/SystemCall$/, 'agents make no system calls there'],
  [/^(cpuStarvation|jumpWallClock)$/, 'agents have no processor and no wall clock of their own there'],
  [/./, 'there are no files, limits and descriptors there'],
]

/** The error for a fault that cannot happen in a simulation; undefined for those that can. */
export function refusalInSimulation(fault: Fault): SuperviseError | undefined {
  const { name, text } = fault
  if (Object.hasOwn(DEEDS, name) || Object.hasOwn(REFUSALS, name)) return undefined
  const reason = Object.hasOwn(faultFacts, name)
    ? REASONS.find(([names]) => names.test(name))?.[1]
    : 'it is a fault of your own, which only your own program can play'
  return new SuperviseError(
    'ERR_FAULT_UNSUPPORTED',
    `The fault ${text} cannot happen in a simulation: ${reason}. Test it with real processes, or leave it out here.`,
    { fault: text, reason },
  )
}

/** The numbers of the errors by which starts are refused, as Linux has them. */
const NUMBERS: Readonly<Record<(typeof REFUSALS)[Refusal], number>> = {
  ENOENT: -2,
  E2BIG: -7,
  EAGAIN: -11,
  EACCES: -13,
  EMFILE: -24,
  ETXTBSY: -26,
  ENAMETOOLONG: -36,
  ELOOP: -40,
}

/** How the system refuses a start. */
export interface RefusedStart {
  readonly code: (typeof REFUSALS)[Refusal]
  readonly errno: number
  /** Whether `spawn` throws it at once; others come as the event `error`. */
  readonly thrown: boolean
}

export function refusedStart(refusal: Refusal): RefusedStart {
  const code = REFUSALS[refusal]
  return { code, errno: NUMBERS[code], thrown: !['ENOENT', 'EACCES', 'EAGAIN', 'EMFILE'].includes(code) }
}
