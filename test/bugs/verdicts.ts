import type { Exploration } from '../../src/explore/exploration.ts'
import type { Outcome } from '../../src/explore/play/perform.ts'
import { violationOf } from '../../src/explore/play/trace.ts'

/** What a play has broken, by the names of the invariants. What ended it is all that is known of one that crashed. */
export function verdicts({ invariants }: Exploration, { trace, violation }: Outcome): Record<string, string> {
  if (violation && !invariants.some(({ name }) => name === violation.invariant))
    return { [violation.invariant]: violation.message }
  const all = invariants.flatMap((invariant) => violationOf(trace, [invariant]) ?? [])
  return Object.fromEntries(all.map(({ invariant, message }) => [invariant, message]))
}
