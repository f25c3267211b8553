import { expect, test } from 'vitest'

import type { BackoffContext } from '../../src/restart/backoff.ts'
import {
  decide,
  FRESH,
  type RestartRules,
  type RestartState,
  type StartOutcome,
} from '../../src/restart/policy.ts'

const RULES: RestartRules = {
  policy: 'always',
  success: [0],
  maxRestarts: Infinity,
  window: Infinity,
  resetAfter: 1000,
  backoff: { next: () => 100 },
  random: undefined,
}
const RESULT = { pid: 1, exitCode: 1, signal: null }
const EXITED: StartOutcome = { kind: 'exited', startedAt: 0, result: RESULT, uptime: 1000 }
const FAILED: StartOutcome = { kind: 'start-failed', startedAt: 1000, error: undefined }

/** The state after these ends, one every second. */
function after(rules: RestartRules, ...outcomes: StartOutcome[]): RestartState {
  return outcomes.reduce((state, outcome, i) => {
    const decision = decide(rules, state, outcome, 1000 * (i + 1))
    return decision.kind === 'restart' ? decision.state : state
  }, FRESH)
}

test('a backoff is told how each start went, and no more than there is', () => {
  const told: (BackoffContext | undefined)[] = []
  const backoff = {
    next(_attempt: number, context?: BackoffContext) {
      told.push(context)
      return 100
    },
  }
  const random = (): number => 0.5
  after({ ...RULES, backoff, resetAfter: Infinity }, FAILED, EXITED)
  after({ ...RULES, backoff, random }, FAILED)
  const failed = { startedAt: 1000, endedAt: 1000, uptime: 0 }
  const exited = { startedAt: 0, endedAt: 2000, uptime: 1000 }
  expect(told.map((context) => ({ ...context }))).toStrictEqual([
    { uptime: 0, wasReady: false, failures: [failed] },
    {
      uptime: 1000,
      wasReady: true,
      failures: [{ ...failed, delay: 100 }, exited],
      previous: 100,
      result: RESULT,
    },
    { uptime: 0, wasReady: false, failures: [failed], random },
  ])
})

test('failures are forgotten only if there were any', () => {
  expect(decide(RULES, FRESH, EXITED, 1000)).toMatchObject({ kind: 'restart', reset: false })
  expect(decide(RULES, after(RULES, FAILED), EXITED, 2000)).toMatchObject({ kind: 'restart', reset: true })
})

test('the times of failures are kept where a window of ms and a limit need them', () => {
  const counted = (rules: Partial<RestartRules>): readonly number[] =>
    after({ ...RULES, ...rules }, FAILED, FAILED).counted
  expect(counted({ maxRestarts: 3 })).toEqual([1000, 2000])
  expect(counted({ maxRestarts: 3, window: 1000 })).toEqual([2000])
  expect(counted({ maxRestarts: 3, window: () => 0 })).toEqual([])
  expect(counted({})).toEqual([])
})
