import { inNamespace, withoutPowers } from './namespace.ts'
import { noInodes, noSpace, readOnlyDirectory } from './mounts.ts'
import { diesAtSystemCall, failSystemCall } from './system-calls.ts'
import { jumpWallClock } from './wall-clock.ts'
import type { Confinement, Surroundings, Wrap } from './wrap.ts'

export type { Confinement } from './wrap.ts'

/** A start that is ready for all its confinements. */
export interface ConfinedStart {
  /** The words before those of the program. */
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly witnesses: readonly { readonly id: number; readonly look: NonNullable<Wrap['witness']> }[]
}

interface Kind {
  wrap(confinement: Confinement, surroundings: Surroundings): Wrap
  /** The system shows when it happens, and the agent is told nothing. Default: the agent confirms it. */
  readonly witnessed?: boolean
  /** Only the means are there from the start on: the agent does it, at any point. Default: it is in force from the start. */
  readonly later?: boolean
}

/** Those that put something around all that is nearer to the agent come first. */
const KINDS: Readonly<Record<string, Kind>> = {
  noSpace: { wrap: noSpace },
  noInodes: { wrap: noInodes },
  readOnlyDirectory: { wrap: readOnlyDirectory },
  noNetwork: { wrap: () => ({ command: [...inNamespace('network'), ...withoutPowers()], env: {} }) },
  jumpWallClock: { wrap: jumpWallClock, later: true },
  diesAtSystemCall: { wrap: diesAtSystemCall, witnessed: true },
  failSystemCall: { wrap: failSystemCall, witnessed: true },
}

const ORDER = Object.keys(KINDS)

/** Whether the start has to be made ready for the fault of this name. */
export function isConfinement(name: string): boolean {
  return Object.hasOwn(KINDS, name)
}

/** Whether it is in force from the start on. */
export function isImmediate(name: string): boolean {
  return isConfinement(name) && KINDS[name]?.later !== true
}

/** Whether it is the system that shows when it happens. */
export function isWitnessed(name: string): boolean {
  return KINDS[name]?.witnessed === true
}

/**
 * What makes the start of an agent ready; undefined if there is nothing to do. May lay out files at paths that begin with
 * `place`, and leaves those that are there.
 */
export function confine(
  confinements: readonly Confinement[],
  { runtimeDir, place }: Surroundings,
): ConfinedStart | undefined {
  if (confinements.length === 0) return undefined
  const wraps = confinements.map((confinement, index) => ({
    confinement,
    wrap: KINDS[confinement.name]?.wrap(confinement, { runtimeDir, place: `${place}-c${index}` }),
  }))
  wraps.sort((one, other) => ORDER.indexOf(one.confinement.name) - ORDER.indexOf(other.confinement.name))
  return {
    command: wraps.flatMap(({ wrap }) => wrap?.command ?? []),
    env: Object.assign({}, ...wraps.map(({ wrap }) => wrap?.env)),
    witnesses: wraps.flatMap(({ confinement: { id }, wrap }) =>
      id === undefined || !wrap?.witness ? [] : [{ id, look: wrap.witness }],
    ),
  }
}
