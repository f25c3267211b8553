import { describe, expect, test } from 'vitest'

import { type Bug, BUGS, CORRECT } from './catalogue.ts'
import { type Entry, type Schedule, withoutOne } from './schedule.ts'
import { OPTIONS, type SupervisorClass } from './supervisor.ts'
import { verdicts } from './support/invariants.ts'
import { play } from './support/play.ts'

/** Everything of which the minima are made. */
const ENTRIES = [
  ...new Set(BUGS.flatMap(({ minimum }) => minimum.map((entry) => JSON.stringify(entry)))),
].map((text) => JSON.parse(text) as Entry)

/** What is broken by a schedule, by default by the minimum of the bug. */
async function broken(
  Supervisor: SupervisorClass,
  { minimum, options = {}, within = 60_000 }: Bug,
  schedule: Schedule = minimum,
): Promise<Record<string, string>> {
  const promise = { ...OPTIONS, ...options }
  return verdicts(await play(Supervisor, schedule, promise, within), promise)
}

test.each(BUGS)('the minimum of $name breaks $breaks', async (bug) => {
  expect(Object.keys(await broken(bug.Supervisor, bug))).toContain(bug.breaks)
})

test.each(BUGS)('without any of its entries the minimum of $name breaks nothing', async (bug) => {
  for (const shorter of withoutOne(bug.minimum))
    expect(await broken(bug.Supervisor, bug, shorter)).toEqual({})
})

test.each(BUGS)('nothing with fewer entries than the minimum of $name shows it', async (bug) => {
  for (const schedule of choices(ENTRIES, bug.minimum.length - 1))
    expect(await broken(bug.Supervisor, bug, schedule)).not.toHaveProperty([bug.breaks])
})

describe.each(Object.entries(CORRECT))('%s', (_, Supervisor) => {
  test.each(BUGS)('breaks nothing by the minimum of $name', async (bug) => {
    expect(await broken(Supervisor, bug)).toEqual({})
  })
})

test('there are 25 mistakes, each in a class of its own, and 5 classes without one', () => {
  const classes = [...BUGS.map(({ Supervisor }) => Supervisor), ...Object.values(CORRECT)]
  expect(new Set(classes).size).toBe(30)
  expect(BUGS).toHaveLength(25)
})

test('a schedule is JSON', () => {
  const schedules = BUGS.map(({ minimum }) => minimum)
  expect(JSON.parse(JSON.stringify(schedules))).toEqual(schedules)
})

/** All ways to take so many of the entries, in their order. */
function choices(entries: Schedule, count: number): Schedule[] {
  if (count === 0) return [[]]
  return entries.flatMap((entry, index) =>
    choices(entries.slice(index + 1), count - 1).map((rest) => [entry, ...rest]),
  )
}
