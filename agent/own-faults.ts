import type { Json } from '../src/json.ts'
import { findFault } from './faults/index.ts'
import type { Fault } from './faults/stage.ts'

/**
 * A fault of a program's own: does what its name says, with the options that the test gave, and calls `confirm` once, while
 * it still can. What it proves is in the test's timeline: say nothing there that differs from run to run. `confirm` resolves
 * when the test is sure to hear of it: end the process only then. What throws or rejects before that has not happened.
 */
export type AgentFault = (
  options: { readonly [option: string]: Json },
  confirm: (proof?: Json) => Promise<void>,
) => void | Promise<void>

/** Faults of a program's own, by their names. */
export interface AgentFaults {
  readonly [name: string]: AgentFault
}

/** Throws a `TypeError` for one that is no function or has a name of ours. */
export function ownFaults(faults: AgentFaults = {}): ReadonlyMap<string, Fault> {
  return new Map(
    Object.entries(faults).map(([name, play]) => {
      const problem = problemOf(name, play)
      if (problem !== undefined) throw new TypeError(`connect() cannot take the fault "${name}": ${problem}.`)
      return [name, asFault(play)]
    }),
  )
}

function problemOf(name: string, play: unknown): string | undefined {
  if (typeof play !== 'function') return 'it is no function `(options, confirm) => …`'
  return findFault(name) && 'vitest-supervise has a fault of that name. Choose another one'
}

function asFault(play: AgentFault): Fault {
  return (options, _stage, confirm) =>
    play(options, (proof = null) => new Promise((resolve) => confirm(proof, resolve)))
}
