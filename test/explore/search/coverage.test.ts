import { expect, test } from 'vitest'

import { Coverage, transitions } from '../../../src/explore/search/coverage.ts'
import { Player } from '../../../src/explore/play/player.ts'
import type { Schedule } from '../../../src/explore/schedule.ts'
import type { Trace } from '../../../src/explore/play/trace.ts'
import { exploreKeepers } from './keepers.ts'

async function traceOf(schedule: Schedule, agents = ['one']): Promise<Trace> {
  using player = new Player()
  const { trace } = await player.play(exploreKeepers({ agents, invariants: [], within: 20_000 }), schedule)
  return trace
}

test('a play is a list of states, what happened in them, and what they became', async () => {
  const trace = await traceOf([
    { attempt: 1, fault: 'exit', at: { after: 300 } },
    { attempt: 2, fault: 'notFound', at: 'spawn' },
    { step: 'stop', at: 1500 },
  ])
  expect(transitions(trace)).toMatchInlineSnapshot(`
    [
      "one absent, alive 0 | spawn | one starting",
      "one starting | +ready | one ready",
      "one ready | exit | one ready, timers 1",
      "one ready | +exit badly | one ended, alive 0, failed 1, timers 1",
      "one ended, alive 0, failed 1, timers 1 | notFound | one ended, alive 0, failed 1, timers 1",
      "one ended, alive 0, failed 1, timers 1 | +spawn-failed | one ended, alive 0, failed 2, timers 1",
      "one ended, alive 0, failed 2, timers 1 | stop called | one ended, alive 0, timers 1, stop 1",
      "one ended, alive 0, timers 1, stop 1 | +stop done | one ended, alive 0, timers 1",
      "one ended, alive 0, timers 1 | spawn | one starting",
      "one starting, timers 1 | +ready | one ready",
    ]
  `)
})

test('what happens to one agent is no matter of the others, and what the user does is one of all', async () => {
  const trace = await traceOf(
    [
      { agent: 'one', attempt: 1, fault: 'hang', at: 'ready' },
      { step: 'stop', at: 1500 },
    ],
    ['one', 'two'],
  )
  expect(transitions(trace)).toMatchInlineSnapshot(`
    [
      "one absent, alive 0 | spawn | one starting",
      "two absent, alive 0 | +spawn | two starting",
      "one starting | +ready | one ready",
      "one ready | +hang | one ready",
      "two starting | +ready | two ready",
      "one ready | stop called | one ready, stop 1",
      "two ready | stop called | two ready, stop 1",
      "one ready, stop 1 | +SIGKILL | one ready, stop 1",
      "two ready, stop 1 | +SIGKILL | two ready, stop 1",
      "one ready, stop 1 | +stop done | one ready",
      "two ready, stop 1 | +stop done | two ready",
      "one ready | +exit by SIGKILL | one ended, alive 0, failed 1",
      "two ready | +exit by SIGKILL | two ended, alive 0, failed 1",
    ]
  `)
})

test('when it happens does not count', async () => {
  const coverage = new Coverage()
  expect(coverage.add(await traceOf([{ attempt: 1, fault: 'exit', at: { after: 300 } }]))).toBeGreaterThan(5)
  expect(coverage.add(await traceOf([{ attempt: 1, fault: 'exit', at: { after: 700 } }]))).toBe(0)
  expect(coverage.add(await traceOf([{ attempt: 1, fault: 'exit', at: 'start' }]))).toBeGreaterThan(0)
})

test('failures in a row are counted up to four', async () => {
  const coverage = new Coverage()
  const failures = (count: number): Promise<Trace> =>
    traceOf(Array.from({ length: count }, (_, index) => ({ attempt: index + 1, fault: 'exit', at: 'ready' })))
  coverage.add(await failures(3))
  expect(coverage.add(await failures(4))).toBeGreaterThan(0)
  expect(coverage.add(await failures(5))).toBeGreaterThan(0)
  expect(coverage.add(await failures(6))).toBeGreaterThan(0)
  expect(coverage.add(await failures(7))).toBe(0)
})
