import { expect, test } from 'vitest'

import type { Exploration, ExploreOptions } from '../../../src/explore/exploration.ts'
import type { Outcome } from '../../../src/explore/play/perform.ts'
import { Player } from '../../../src/explore/play/player.ts'
import type { Schedule, ScheduleEntry } from '../../../src/explore/schedule.ts'
import { shrink, type ShrinkOptions, type Shrunk } from '../../../src/explore/search/shrink.ts'
import type { Invariant, Trace } from '../../../src/explore/play/trace.ts'
import { exploreKeepers, type Keepers } from './keepers.ts'

async function play(schedule: Schedule): Promise<Outcome> {
  using player = new Player()
  return await player.play(exploreKeepers(), schedule)
}

/** Shrinks a schedule that breaks the invariants, or of them the named one. */
async function shrunk(
  options: Partial<ExploreOptions<Keepers>>,
  schedule: Schedule,
  invariant = 'stop is final',
  limits: ShrinkOptions = {},
): Promise<Shrunk> {
  using player = new Player()
  return await shrink(
    exploreKeepers(options),
    { schedule, violation: { invariant, message: '' } },
    player,
    limits,
  )
}

function invariantOf(name: string, isBroken: (trace: Trace) => boolean): Invariant {
  return { name, check: (trace) => (isBroken(trace) ? 'it is broken' : undefined) }
}

function exitOf(agent: string): ScheduleEntry {
  return { agent, attempt: 1, fault: 'exit', options: { code: 1 }, at: 'ready' }
}

const NOISY: Schedule = [
  { agent: 'one', attempt: 1, fault: 'slowStart', options: { ms: 3217 }, at: 'start' },
  { agent: 'two', attempt: 1, fault: 'holdOutput', at: 'ready' },
  { agent: 'two', attempt: 2, fault: 'signal', options: { signal: 'SIGKILL' }, at: { after: 1234 } },
  { agent: 'two', attempt: 1, fault: 'exit', options: { code: 0 }, at: { after: 713 } },
  { agent: 'one', attempt: 3, fault: 'neverReady', at: 'start' },
  { step: 'stop', at: 3319 },
]

test('what has nothing to do with it is left out, and the rest is as simple as can be', async () => {
  const { schedule, violation, hash, plays } = await shrunk({}, NOISY)
  expect({ schedule, violation }).toMatchInlineSnapshot(`
    {
      "schedule": [
        {
          "agent": "one",
          "at": "ready",
          "attempt": 1,
          "fault": "exit",
          "options": {
            "code": 1,
          },
        },
        {
          "at": 1000,
          "step": "stop",
        },
      ],
      "violation": {
        "invariant": "stop is final",
        "message": "something is started at 1000",
      },
    }
  `)
  const again = await play(schedule)
  expect(again.violation).toEqual(violation)
  expect(again.trace.timeline.hash()).toBe(hash)
  // It has come to its end by itself.
  expect(plays).toBeLessThan(2000)
})

test('the same find gives the same result', async () => {
  expect(await shrunk({}, NOISY)).toEqual(await shrunk({}, NOISY))
})

test('what is the simplest already stays', async () => {
  const simplest = (await shrunk({}, NOISY)).schedule
  expect((await shrunk({}, simplest)).schedule).toEqual(simplest)
})

const thirdOfTwo = invariantOf('no third one', ({ events }) =>
  events.some((event) => event.kind === 'spawn' && event.attempt === 3),
)

test('attempts and agents count down to the first ones', async () => {
  const { schedule } = await shrunk(
    { invariants: [thirdOfTwo] },
    [
      { agent: 'two', attempt: 1, fault: 'notFound', at: 'spawn' },
      { agent: 'two', attempt: 2, fault: 'exit', options: { code: 0 }, at: { after: 500 } },
      { agent: 'two', attempt: 3, fault: 'hang', at: 'ready' },
    ],
    'no third one',
  )
  expect(schedule).toEqual([
    { agent: 'one', attempt: 1, fault: 'exit', options: { code: 1 }, at: 'ready' },
    { agent: 'one', attempt: 2, fault: 'exit', options: { code: 1 }, at: 'ready' },
  ])
})

test('a step that is left out gives its time to another one', async () => {
  const steps = { look: () => {}, stop: (subject: Keepers) => subject.stop() }
  const lastStepLate = invariantOf('no late step', ({ events }) =>
    events.some((event) => event.kind === 'step' && event.time >= 7300 && event.time < 7700),
  )
  const early = invariantOf('only stop', ({ events }) =>
    events.some((event) => event.kind === 'step' && event.step === 'stop' && event.time > 0),
  )
  const both = invariantOf('both', (trace) =>
    [lastStepLate, early].every((one) => one.check(trace) !== undefined),
  )
  const { schedule } = await shrunk(
    { steps, invariants: [both], faults: [] },
    [
      { step: 'stop', at: 120 },
      { step: 'look', at: 7412 },
    ],
    'both',
  )
  expect(schedule).toEqual([{ step: 'stop', at: 7500 }])
})

test('times that belong together become rounder together', async () => {
  const together = invariantOf('never twice at a time', ({ events }) => {
    const times = events.flatMap((event) =>
      event.kind === 'step' && event.outcome === 'called' ? [event.time] : [],
    )
    return times.some((time, index) => time >= 2000 && times.indexOf(time) < index)
  })
  const { schedule } = await shrunk(
    { invariants: [together] },
    [
      { step: 'stop', at: 4567 },
      { step: 'stop', at: 4567 },
    ],
    together.name,
  )
  expect(schedule).toEqual([
    { step: 'stop', at: 2000 },
    { step: 'stop', at: 2000 },
  ])
})

test('durations become rounder and shorter', async () => {
  const slow = invariantOf('ready within 2,345 ms', ({ records }) =>
    records().some(({ spawnedAt, readyAt = 0 }) => readyAt - spawnedAt > 2345),
  )
  const { schedule } = await shrunk(
    { invariants: [slow] },
    [{ agent: 'two', attempt: 1, fault: 'slowStart', options: { ms: 7777 }, at: 'start' }],
    slow.name,
  )
  expect(schedule).toEqual([
    { agent: 'one', attempt: 1, fault: 'slowStart', options: { ms: 3000 }, at: 'start' },
  ])
})

test('what two entries do together another one does alone', async () => {
  const trouble = invariantOf('no trouble', ({ events }) => {
    const faults = events.flatMap((event) => (event.kind === 'fault' ? [event.fault] : []))
    return faults.includes('holdOutput') || faults.filter((fault) => fault === 'exit').length > 1
  })
  const { schedule } = await shrunk({ invariants: [trouble] }, [exitOf('one'), exitOf('two')], trouble.name)
  expect(schedule).toEqual([{ agent: 'one', attempt: 1, fault: 'holdOutput', at: 'ready' }])
})

test('an invariant is followed where another one hides it', async () => {
  const failure = invariantOf('nothing fails', ({ events }) => events.some(({ kind }) => kind === 'exit'))
  const second = invariantOf('no second one', ({ records }) => records('one').length > 1)
  const { schedule, violation } = await shrunk(
    { invariants: [failure, second] },
    [
      { agent: 'one', attempt: 1, fault: 'notFound', at: 'spawn' },
      { step: 'stop', at: 20_000 },
    ],
    second.name,
  )
  expect(schedule).toEqual([{ agent: 'one', attempt: 1, fault: 'exit', options: { code: 1 }, at: 'ready' }])
  expect(violation.invariant).toBe('nothing fails')
})

test('it ends with what it has when it has played enough', async () => {
  for (const plays of [1, 5, 40]) {
    const result = await shrunk({}, NOISY, 'stop is final', { plays })
    expect(result.plays).toBe(plays)
    expect((await play(result.schedule)).violation).toEqual(result.violation)
  }
})

test('it ends with what it has when it is aborted', async () => {
  const { schedule, plays } = await shrunk({}, NOISY, 'stop is final', { signal: AbortSignal.abort() })
  expect({ length: schedule.length, plays }).toEqual({ length: NOISY.length, plays: 1 })
})

test('no schedule is played twice', async () => {
  const played: string[] = []
  class Recorder extends Player {
    override play(exploration: Exploration, schedule: Schedule): Promise<Outcome> {
      played.push(JSON.stringify(schedule))
      return super.play(exploration, schedule)
    }
  }
  using recorder = new Recorder()
  const find = { schedule: NOISY, violation: { invariant: 'stop is final', message: '' } }
  const { plays } = await shrink(exploreKeepers(), find, recorder)
  expect(new Set(played).size).toBe(played.length)
  expect(played).toHaveLength(plays)
})

test('a find that breaks nothing when it is played again is an error that says why', async () => {
  await expect(shrunk({}, [{ step: 'stop', at: 0 }])).rejects.toMatchObject({
    code: 'ERR_NOT_DETERMINISTIC',
    message: expect.stringContaining('A schedule of "the keepers" broke "stop is final"') as string,
  })
})
