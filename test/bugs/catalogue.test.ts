import { beforeAll, describe, expect, test } from 'vitest'

import { Player } from '../../src/explore/play/player.ts'
import type { Schedule, ScheduleEntry } from '../../src/explore/schedule.ts'
import { type Bug, BUGS, CORRECT } from './catalogue.ts'
import { explorationOf } from './exploration.ts'
import { verdicts } from './verdicts.ts'

/** Everything of which the minima are made. */
const ENTRIES = [
  ...new Set(BUGS.flatMap(({ minimum }) => minimum.map((entry) => JSON.stringify(entry)))),
].map((text) => JSON.parse(text) as ScheduleEntry)

let player: Player
beforeAll(() => {
  player = new Player()
  return () => player[Symbol.dispose]()
})

/** What is broken by a schedule, by default by the minimum of the bug. */
async function broken(bug: Bug, schedule: Schedule = bug.minimum): Promise<Record<string, string>> {
  const exploration = explorationOf(bug)
  return verdicts(exploration, await player.play(exploration, schedule))
}

test.each(BUGS)('the minimum of $name breaks $breaks', async (bug) => {
  expect(Object.keys(await broken(bug))).toContain(bug.breaks)
})

test.each(BUGS)('without any of its entries the minimum of $name breaks nothing', async (bug) => {
  for (const shorter of choices(bug.minimum, bug.minimum.length - 1))
    expect(await broken(bug, shorter)).toEqual({})
})

test.each(BUGS)('nothing with fewer entries than the minimum of $name shows it', async (bug) => {
  for (const schedule of choices(ENTRIES, bug.minimum.length - 1))
    expect(await broken(bug, schedule)).not.toHaveProperty([bug.breaks])
})

describe.each(Object.entries(CORRECT))('%s', (_, Supervisor) => {
  test.each(BUGS)('breaks nothing by the minimum of $name', async (bug) => {
    expect(await broken({ ...bug, Supervisor })).toEqual({})
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
