import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { Player } from '../../src/explore/play/player.ts'
import type { ScheduleEntry } from '../../src/explore/schedule.ts'
import { CORRECT } from './catalogue.ts'
import { explorationOf } from './exploration.ts'

const step = fc.record({
  step: fc.constantFrom('start', 'stop'),
  at: fc.oneof(fc.constantFrom(0, 500, 1000, 5000), fc.nat(30_000)),
})

/** A fault at its own point, and, if it has a duration, of that. */
function fault(
  name: string,
  at: 'spawn' | 'start' | 'ready',
  ms?: fc.Arbitrary<number>,
): fc.Arbitrary<ScheduleEntry> {
  const attempt = fc.integer({ min: 1, max: 5 })
  return ms
    ? fc.record({ attempt, fault: fc.constant(name), at: fc.constant(at), options: fc.record({ ms }) })
    : fc.record({ attempt, fault: fc.constant(name), at: fc.constant(at) })
}

const exitAfter = fc.record({
  attempt: fc.integer({ min: 1, max: 5 }),
  fault: fc.constant('exit'),
  at: fc.record({ after: fc.nat(15_000) }),
})

const schedule = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: step },
    { weight: 4, arbitrary: fault('exit', 'ready') },
    { weight: 2, arbitrary: exitAfter },
    fault('exit', 'start'),
    fault('notFound', 'spawn'),
    fault('neverReady', 'start'),
    fault('slowStart', 'start', fc.nat(8000)),
    fault('slowStop', 'ready', fc.nat(8000)),
    fault('ignoreSignal', 'ready'),
    fault('holdOutput', 'ready'),
  ),
  { maxLength: 8 },
)

test.each(Object.entries(CORRECT))('no schedule breaks anything by %s', async (name, Supervisor) => {
  using player = new Player()
  const exploration = explorationOf({ name, Supervisor, within: 120_000 })
  await fc.assert(
    fc.asyncProperty(schedule, async (entries) => {
      expect((await player.play(exploration, entries)).violation).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})
