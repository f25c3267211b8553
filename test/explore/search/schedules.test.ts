import { expect, test } from 'vitest'

import { DEFAULT_FAULTS } from '../../../src/explore/default-faults.ts'
import type { Exploration, FaultChoice } from '../../../src/explore/exploration.ts'
import { FreshSchedules } from '../../../src/explore/search/fresh-schedules.ts'
import { isFault, isStep, type Schedule, type ScheduledFault } from '../../../src/explore/schedule.ts'
import { schedules } from '../../../src/explore/search/schedules.ts'
import { fault, type Fault } from '../../../src/fault/fault.ts'
import { resolveWhere } from '../../../src/fault/where.ts'
import type { Json } from '../../../src/json.ts'
import { exploreKeepers } from './keepers.ts'

function fresh(exploration: Exploration, count = 1000): Schedule[] {
  const source = new FreshSchedules(exploration, 'a test')
  return Array.from({ length: count }, () => source.next())
}

function faultsIn(all: readonly Schedule[]): ScheduledFault[] {
  return all.flat().filter(isFault)
}

/** The fault of the list that an entry is. */
function choiceOf({ fault, options = {} }: ScheduledFault): Fault {
  const found = DEFAULT_FAULTS.map((choice) =>
    typeof choice === 'function' ? choice(Number(options['ms'] ?? 0)) : choice,
  ).find((one) => one.name === fault && JSON.stringify(one.options) === JSON.stringify(options))
  if (!found) throw new Error(`There is no ${fault} with ${JSON.stringify(options)} in the list.`)
  return found
}

test('every fault is one of the list, and strikes where it can', () => {
  for (const entry of faultsIn(fresh(exploreKeepers())))
    expect(() => resolveWhere(choiceOf(entry), { at: entry.at })).not.toThrow()
})

test('every fault strikes, at every point, every agent and every attempt, and every step is called', () => {
  const steps = { stop: () => {}, start: () => {}, reload: () => {} }
  const all = fresh(exploreKeepers({ steps, attempts: 4 }))
  const entries = faultsIn(all)
  expect(new Set(entries.map((entry) => choiceOf(entry).name)).size).toBe(9)
  expect(
    new Set(entries.filter((entry) => entry.fault === 'exit').map(({ options }) => options?.['code'])),
  ).toEqual(new Set([0, 1]))
  const points = entries
    .filter((entry) => entry.fault === 'hang')
    .map(({ at }) => (typeof at === 'string' ? at : 'after'))
  expect(new Set(points)).toEqual(new Set(['start', 'ready', 'after']))
  expect(new Set(entries.map(({ agent }) => agent))).toEqual(new Set(['one', 'two']))
  expect(new Set(entries.map(({ attempt }) => attempt))).toEqual(new Set([1, 2, 3, 4]))
  expect(
    new Set(
      all
        .flat()
        .filter(isStep)
        .map(({ step }) => step),
    ),
  ).toEqual(new Set(Object.keys(steps)))
})

test('there are steps only where there are steps, and faults only where there are faults', () => {
  expect(
    fresh(exploreKeepers({ steps: {} }))
      .flat()
      .filter(isStep),
  ).toEqual([])
  expect(faultsIn(fresh(exploreKeepers({ faults: [] })))).toEqual([])
  expect(fresh(exploreKeepers({ steps: {}, faults: [] }), 3)).toEqual([[], [], []])
})

test('half of the schedules have one or two entries, and none has more than it may have', () => {
  const lengths = fresh(exploreKeepers({ length: 6 })).map(({ length }) => length)
  expect(new Set(lengths)).toEqual(new Set([1, 2, 3, 4, 5, 6]))
  expect(lengths.filter((length) => length <= 2).length).toBeGreaterThan(500)
})

test('the end of a play is quiet', () => {
  const all = fresh(exploreKeepers({ within: 20_000 }))
  const later = faultsIn(all).flatMap(({ at }) => (typeof at === 'object' && 'after' in at ? [at.after] : []))
  const durations = faultsIn(all).flatMap(({ options }) =>
    typeof options?.['ms'] === 'number' ? [options['ms']] : [],
  )
  expect(
    Math.max(
      ...all
        .flat()
        .filter(isStep)
        .map(({ at }) => at),
    ),
  ).toBeLessThanOrEqual(10_000)
  expect(Math.max(...later)).toBeLessThanOrEqual(15_000)
  expect(Math.max(...durations)).toBeLessThanOrEqual(5000)
})

test('times are none at all, round, and of every magnitude', () => {
  const times = fresh(exploreKeepers())
    .flat()
    .filter(isStep)
    .map(({ at }) => at)
  const share = (isOne: (time: number) => boolean): number => times.filter(isOne).length / times.length
  expect(share((time) => time === 0)).toBeGreaterThan(0.1)
  expect(share((time) => time > 0 && time % 500 === 0)).toBeGreaterThan(0.05)
  for (const digits of [1, 2, 3, 4, 5])
    expect(share((time) => String(time).length === digits)).toBeGreaterThan(0.05)
})

test('every schedule shrinks, though nobody knows how it came about', () => {
  const nested = fault.define<{ of: Json }>('nested')({ of: { list: [1, null, { deep: true }] } })
  // Nothing is played.
  const exploration = { ...exploreKeepers(), faults: [...DEFAULT_FAULTS, nested] }
  const all = schedules(exploration)
  for (const schedule of fresh(exploration)) {
    const copy = JSON.parse(JSON.stringify(schedule)) as Schedule
    expect(all.canShrinkWithoutContext(copy)).toBe(true)
    expect([...all.shrink(copy, undefined).take(1)]).toHaveLength(1)
  }
})

test.each([
  [
    'limits its time',
    (ms) => fault.slowStop(Math.min(ms, 400)),
    ({ options }) => Number(options?.['ms']) <= 400,
  ],
  [
    'takes no time of 0',
    (ms) => fault.exit(Math.ceil(1 / Math.min(ms, 1))),
    ({ options }) => options?.['code'] === 1,
  ],
  ['calculates', (ms) => fault.slowStart(ms * 2 + 1), ({ options }) => Number(options?.['ms']) % 2 === 1],
  [
    'refuses a time of 0',
    (ms) => fault.slowStart(ms > 0 ? ms : NaN),
    ({ options }) => Number(options?.['ms']) > 0,
  ],
] satisfies [string, FaultChoice, (entry: ScheduledFault) => boolean][])(
  'of a function that %s schedules have what it makes',
  (_, choice, isMade) => {
    const entries = faultsIn(fresh(exploreKeepers({ faults: [choice], steps: {} })))
    expect(entries.length).toBeGreaterThan(1000)
    expect(entries.filter((entry) => !isMade(entry))).toEqual([])
  },
)

test('some steps are called in one tick, and others are not', () => {
  const steps = fresh(exploreKeepers({ faults: [] })).map((schedule) =>
    schedule.filter(isStep).map(({ at }) => at),
  )
  const twice = steps.filter((times) => times.length === 2 && !times.includes(0))
  const inOneTick = twice.filter(([one, other]) => one === other)
  expect(inOneTick.length / twice.length).toBeGreaterThan(0.15)
  expect(inOneTick.length / twice.length).toBeLessThan(0.5)
})

test('often one attempt after the other is struck, and often it is any', () => {
  const attempts = fresh(exploreKeepers({ agents: ['one'], steps: {}, attempts: 5 })).map((schedule) =>
    faultsIn([schedule]).map(({ attempt }) => attempt),
  )
  const three = attempts.filter(({ length }) => length === 3)
  const inARow = three.filter((list) => list.join() === '1,2,3')
  expect(inARow.length / three.length).toBeGreaterThan(0.2)
  expect(inARow.length / three.length).toBeLessThan(0.6)
})

test('the same seed gives the same schedules, and another one gives others', () => {
  expect(fresh(exploreKeepers({ seed: 7 }), 100)).toEqual(fresh(exploreKeepers({ seed: 7 }), 100))
  expect(fresh(exploreKeepers({ seed: 7 }), 100)).not.toEqual(fresh(exploreKeepers({ seed: 8 }), 100))
})

test('with one fault more the others strike where they would have, and steps are called when they would have been', () => {
  const faults = [fault.exit(1), fault.hang()]
  const [few, more] = [faults, [...faults, fault.notFound()]].map((list) => {
    const source = new FreshSchedules(exploreKeepers({ faults: list }), 'a test')
    return Array.from({ length: 300 }, () => source.entry([])).filter((entry) => entry !== undefined)
  })
  const points = (entries: Schedule = [], name = 'exit'): unknown[] =>
    entries.filter(isFault).flatMap(({ fault, at }) => (fault === name ? [at] : []))
  expect(faultsIn([more ?? []]).some((entry) => entry.fault === 'notFound')).toBe(true)
  expect(more?.filter(isStep)).toEqual(few?.filter(isStep))
  expect(points(more).length).toBeGreaterThan(20)
  expect(points(few).slice(0, points(more).length)).toEqual(points(more))
  expect(points(few, 'hang').slice(0, 20)).not.toEqual(points(few).slice(0, 20))
})
