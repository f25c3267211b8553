import { expect, test } from 'vitest'

import { exploreIsland, ISLAND_SIZE } from '../../src/explore/search/explore-island.ts'
import type { Exploration } from '../../src/explore/exploration.ts'
import type { Find } from '../../src/explore/search/island.ts'
import { Player } from '../../src/explore/play/player.ts'
import { isFault, type Schedule, type ScheduleEntry } from '../../src/explore/schedule.ts'
import { shrink } from '../../src/explore/search/shrink.ts'
import { type Bug, BUGS } from './catalogue.ts'
import { explorationOf } from './exploration.ts'

const SEEDS = [1, 2, 3]
const ISLANDS = [0, 1, 2, 3, 4, 5, 6, 7]

/** Mistakes that break more than one invariant: what shows the other one takes more, or is something else. */
const BREAKS_MORE: Readonly<Record<string, string>> = {
  'exit-wins-the-race-for-ready':
    'after the same exit `stop` never resolves, which takes a `stop` to be seen',
  'error-and-close-restart': 'two restarts overlap at once, and after a second failure are too many',
  'stable-timer-outlives-exit': 'the timer is left when it is stopped after an exit, too',
}

async function findOf(exploration: Exploration, player: Player): Promise<Find | undefined> {
  for (const index of ISLANDS) {
    const { find } = await exploreIsland(exploration, { index, schedules: ISLAND_SIZE }, player)
    if (find) return find
  }
}

/** What a bug is shrunk to, for each seed. */
async function shrunkOf(bug: Bug): Promise<(Schedule | undefined)[]> {
  using player = new Player()
  const all = []
  for (const seed of SEEDS) {
    const exploration = explorationOf(bug, { seed })
    const find = await findOf(exploration, player)
    all.push(find && (await shrink(exploration, find, player)).schedule)
  }
  return all
}

function kindsOf(schedule: Schedule | undefined): string[] | undefined {
  const kindOf = (entry: ScheduleEntry): string => (isFault(entry) ? entry.fault : entry.step)
  return schedule?.map(kindOf)
}

test.each(BUGS.filter(({ name }) => !(name in BREAKS_MORE)))(
  '$name is found, and shrunk to what is known to show it',
  async (bug) => {
    const minimum = kindsOf(bug.minimum)
    expect((await shrunkOf(bug)).map(kindsOf)).toEqual(SEEDS.map(() => minimum))
  },
)

test.each(BUGS.filter(({ name }) => name in BREAKS_MORE))(
  '$name is found, and shrunk to two entries at most',
  async (bug) => {
    for (const schedule of await shrunkOf(bug)) expect([1, 2]).toContain(schedule?.length)
  },
)
