import { expect, test } from 'vitest'

import { tryScenario } from '../lab/determinism/trial.ts'
import { ownRuntime } from '../lab/runtime.ts'

/* `npm run determinism` runs the same some hundred times, beside busy loops, on every Node. */
test.each([
  ['processes', '6296e6ef8dc667b2'],
  ['peers', '7fbd63d9d83f08f7'],
  ['third-party', 'cc58040bbb82b242'],
] as const)(
  '%s: supervisors of other processes have one timeline',
  { timeout: 120_000 },
  async (name, hash) => {
    const { hashes, failure } = await tryScenario(name, ownRuntime, 'forks', 2)
    expect(failure).toBe(undefined)
    expect([...hashes]).toEqual([[hash, 2]])
  },
)
