import { expect, test } from 'vitest'

import type { Exploration } from '../../../src/explore/exploration.ts'
import { exploreIsland, ISLAND_SIZE } from '../../../src/explore/search/explore-island.ts'
import type { IslandResult } from '../../../src/explore/search/island.ts'
import type { Outcome } from '../../../src/explore/play/perform.ts'
import { Player } from '../../../src/explore/play/player.ts'
import type { Schedule } from '../../../src/explore/schedule.ts'
import { schedules as arbitrary } from '../../../src/explore/search/schedules.ts'
import type { Invariant } from '../../../src/explore/play/trace.ts'
import { exploreKeepers } from './keepers.ts'

/** A player that remembers what it has played. */
class Recorder extends Player {
  readonly played: Schedule[] = []

  override play(exploration: Exploration, schedule: Schedule): Promise<Outcome> {
    this.played.push(schedule)
    return super.play(exploration, schedule)
  }
}

/** What becomes of an island, and what was played on it. */
async function explored(
  exploration: Exploration,
  index: number,
  schedules = ISLAND_SIZE,
): Promise<IslandResult & { readonly schedules: Schedule[] }> {
  using player = new Recorder()
  const result = await exploreIsland(exploration, { index, schedules }, player)
  return { ...result, schedules: player.played }
}

async function schedulesOf(exploration: Exploration, index: number, count = 60): Promise<Schedule[]> {
  return (await explored(exploration, index, count)).schedules
}

const unbroken = { invariants: [] }

test('an island has the same schedules whoever plays it, and whatever was played before', async () => {
  const before = []
  {
    using player = new Recorder()
    for (const index of [0, 1, 2, 3])
      before.push(await exploreIsland(exploreKeepers(unbroken), { index, schedules: 60 }, player))
    before.push({ schedules: player.played.slice(180) })
  }
  const alone = await explored(exploreKeepers(unbroken), 3, 60)
  expect(alone).toEqual({ ...before[3], ...before[4] })
  expect(alone).toMatchObject({ index: 3, played: 60, find: undefined })
})

test('each island has schedules of its own, and so has each seed', async () => {
  const all = [
    await schedulesOf(exploreKeepers(unbroken), 1),
    await schedulesOf(exploreKeepers(unbroken), 2),
    await schedulesOf(exploreKeepers({ ...unbroken, seed: 2 }), 1),
  ]
  const texts = all.map((schedules) => new Set(schedules.map((schedule) => JSON.stringify(schedule))))
  for (const [index, one] of texts.entries())
    for (const other of texts.slice(index + 1))
      expect([...one].filter((text) => other.has(text)).length).toBeLessThan(20)
})

test('a shorter island is the beginning of a longer one', async () => {
  const exploration = exploreKeepers(unbroken)
  expect(await schedulesOf(exploration, 1, 20)).toEqual((await schedulesOf(exploration, 1, 60)).slice(0, 20))
})

test('the first schedule of all is empty', async () => {
  const exploration = exploreKeepers(unbroken)
  expect((await schedulesOf(exploration, 0, 2)).map(({ length }) => length === 0)).toEqual([true, false])
  expect((await schedulesOf(exploration, 1, 1))[0]).not.toEqual([])
})

test('an island ends with the first schedule that breaks an invariant', async () => {
  const exploration = exploreKeepers()
  using player = new Recorder()
  const told: number[] = []
  const island = { index: 0, schedules: ISLAND_SIZE }
  const { played, find } = await exploreIsland(exploration, island, player, {
    onPlay: (count) => told.push(count),
  })
  expect(find).toEqual({
    schedule: player.played.at(-1),
    violation: {
      invariant: 'stop is final',
      message: expect.stringMatching(/^something is started at \d+$/) as string,
    },
    number: played,
  })
  expect(told).toEqual(player.played.map((_, index) => index + 1))
  expect((await player.play(exploration, find?.schedule ?? [])).violation).toEqual(find?.violation)
})

test('every schedule of an island can be shrunk, and is no longer than it may be', async () => {
  const exploration = exploreKeepers({ ...unbroken, length: 5 })
  for (const schedule of await schedulesOf(exploration, 0, ISLAND_SIZE)) {
    expect(schedule.length).toBeLessThanOrEqual(5)
    expect(arbitrary(exploration).canShrinkWithoutContext(schedule)).toBe(true)
  }
})

test('what an island has seen is told, sorted', async () => {
  const { transitions } = await explored(exploreKeepers(unbroken), 0, 20)
  expect(transitions).toEqual([...transitions].sort())
  expect(new Set(transitions).size).toBe(transitions.length)
  expect(transitions).toContain('one starting | +ready | one ready')
})

/** Something ends, and within 5 ms something is started that waited for it. */
const noNarrowEscape: Invariant = {
  name: 'no narrow escape',
  check({ events }) {
    const exits = events.filter(({ kind }) => kind === 'exit')
    const close = events.find(
      ({ kind, time }) => kind === 'spawn' && exits.some((exit) => exit.time < time && exit.time >= time - 5),
    )
    return close ? `something is started at ${close.time}` : undefined
  },
}

test.each([1, 2, 3])(
  'what happens just before a timer is found among mutations, by seed %i',
  async (seed) => {
    const exploration = exploreKeepers({ seed, invariants: [noNarrowEscape] })
    const finds = []
    for (const index of [0, 1, 2, 3]) finds.push((await explored(exploration, index)).find)
    expect(finds.find((find) => find !== undefined)?.violation.invariant).toBe('no narrow escape')
  },
)
