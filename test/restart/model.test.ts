import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { ListBackoff } from '../../src/restart/backoff.ts'
import type { RestartLoopPolicy } from '../../src/restart/policy.ts'
import { type RestartEvent, RestartLoop } from '../../src/restart/restart-loop.ts'
import { InstantClock } from '../support/instant-clock.ts'

/** How the starts of one run go, one after the other: `up` is a start that hands over nothing to watch. */
type Fate = 'up' | 'no start' | { code: number; uptime: number }

interface Case {
  readonly policy: RestartLoopPolicy
  readonly maxRestarts: number
  readonly window: number
  readonly resetAfter: number
  readonly fates: readonly Fate[]
  /** During which sleep it is aborted, from 1; 0: never. */
  readonly abortIn: number
}

const DELAYS = [10, 20, 40]

/** What a run should do, written down as simply as possible: the delays, and how it ends. */
function model({ policy, maxRestarts, window, resetAfter, fates, abortIn }: Case): [number[], string] {
  const delays: number[] = []
  let failures: number[] = []
  let streak = 0
  let now = 0
  for (const fate of fates) {
    if (fate === 'up') return [delays, 'started']
    const uptime = fate === 'no start' ? 0 : fate.uptime
    now += uptime
    if (fate !== 'no start' && fate.code === 0 && policy !== 'always') return [delays, 'exited']
    if (policy === 'never') return [delays, 'failed']
    if (fate !== 'no start' && streak > 0 && uptime >= resetAfter) {
      failures = []
      streak = 0
    }
    failures = [...failures.filter((time) => now - time < window), now]
    if (maxRestarts > 0 && failures.length > maxRestarts) return [delays, 'gave up']
    const delay = DELAYS[Math.min(streak, DELAYS.length - 1)] ?? 0
    delays.push(delay)
    streak += 1
    now += delay
    if (delays.length === abortIn) return [delays, 'aborted']
  }
  return [delays, 'started']
}

async function real({
  policy,
  maxRestarts,
  window,
  resetAfter,
  fates,
  abortIn,
}: Case): Promise<[number[], string]> {
  const stop = new AbortController()
  const delays: number[] = []
  const waiting = [...fates]
  const clock = new InstantClock()
  const onEvent = (event: RestartEvent): void => {
    if (event.type !== 'backoff') return
    delays.push(event.delay)
    if (delays.length === abortIn) stop.abort(new Error('aborted'))
  }
  const starter = {
    async start() {
      const fate = waiting.shift() ?? 'up'
      if (fate === 'up') return
      if (fate === 'no start') throw new Error('failed')
      const { code, uptime } = fate
      const result = { pid: 1, exitCode: code, signal: null }
      return {
        pid: 1,
        // The uptime passes when somebody begins to wait for the end.
        get exited() {
          clock.now += uptime
          return Promise.resolve(result)
        },
      }
    },
  }
  const backoff = new ListBackoff(DELAYS)
  const loop = new RestartLoop({ starter, policy, maxRestarts, window, resetAfter, backoff, clock, onEvent })
  try {
    return [delays, (await loop.run(stop.signal)).reason]
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    if (code === 'ERR_MAX_RESTARTS_EXHAUSTED') return [delays, 'gave up']
    return [delays, message === 'aborted' ? 'aborted' : 'failed']
  }
}

test('the loop does what thirty lines say that it should', async () => {
  const fate = fc.oneof(
    { weight: 1, arbitrary: fc.constant<Fate>('up') },
    { weight: 4, arbitrary: fc.constant<Fate>('no start') },
    { weight: 10, arbitrary: fc.record({ code: fc.constantFrom(0, 1, 1, 1), uptime: fc.nat(120) }) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.record<Case>({
        policy: fc.constantFrom('never', 'on-failure', 'on-failure', 'always', 'always'),
        maxRestarts: fc.nat(5),
        window: fc.constantFrom(Infinity, 50, 100, 200),
        resetAfter: fc.constantFrom(Infinity, 0, 60, 100),
        fates: fc.array(fate, { maxLength: 12 }),
        abortIn: fc.nat(6),
      }),
      async (one) => {
        expect(await real(one)).toEqual(model(one))
      },
    ),
    { numRuns: 10_000 },
  )
})
