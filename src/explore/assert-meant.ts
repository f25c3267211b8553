import { SuperviseError } from '../errors.ts'
import type { Invariant } from './play/trace.ts'

/**
 * Throws `ERR_OPTION_INVALID` for invariants that are about what there is not, and so could never be broken, and for names that
 * there are twice.
 */
export function assertMeant(
  invariants: readonly Invariant[],
  agents: readonly string[],
  steps: readonly string[],
): void {
  for (const [index, invariant] of invariants.entries()) {
    const { name } = invariant
    if (invariants.findIndex((other) => other.name === name) < index)
      throw unmeant(
        invariant,
        `is there twice: give one of them another name, or the \`agents\` that it is for`,
      )
    assertKnown(invariant, 'step', invariant.steps, steps)
    assertKnown(invariant, 'agent', invariant.agents, agents)
  }
}

function assertKnown(
  invariant: Invariant,
  what: 'step' | 'agent',
  named: readonly string[] = [],
  known: readonly string[],
): void {
  const missing = named.find((name) => !known.includes(name))
  if (missing === undefined) return
  const there = known.length === 0 ? `no ${what}s` : `the ${what}s ${known.join(', ')}`
  throw unmeant(invariant, `is about the ${what} "${missing}", but the exploration has ${there}`)
}

function unmeant(invariant: Invariant, mistake: string): SuperviseError {
  return new SuperviseError('ERR_OPTION_INVALID', `The explore invariant "${invariant.name}" ${mistake}.`, {
    option: 'invariants',
    value: invariant,
  })
}
