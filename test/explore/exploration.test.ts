import { expect, test } from 'vitest'

import { type ExploreOptions, resolveExploration, resolveReplayed } from '../../src/explore/exploration.ts'
import { fault } from '../../src/fault/fault.ts'

const broken = fault.define('broken')

test.each([
  ['that needs files', fault.fullDisk(), 'fullDisk() cannot happen in a simulation: there are no files'],
  ['of one’s own', broken(), 'broken() cannot happen in a simulation: it is a fault of your own'],
  ['of many times', (ms: number) => (ms > 0 ? fault.slowSocket() : fault.hang()), 'slowSocket('],
])('a fault %s is refused before anything is played, and not where it is only replayed', (_, one, why) => {
  const options: ExploreOptions = { invariants: [], faults: [fault.exit(1), one] }
  expect(() => resolveExploration('a', options, () => {})).toThrow(
    expect.objectContaining({
      code: 'ERR_FAULT_UNSUPPORTED',
      message: expect.stringContaining(why) as string,
    }),
  )
  expect(() => resolveReplayed('a', options, () => {})).not.toThrow()
})
