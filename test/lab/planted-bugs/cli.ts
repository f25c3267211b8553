import { parseArgs } from 'node:util'

import type { Exploration } from '../../../src/explore/exploration.ts'
import { Player } from '../../../src/explore/play/player.ts'
import { exploreIsland, ISLAND_SIZE } from '../../../src/explore/search/explore-island.ts'
import type { Find } from '../../../src/explore/search/island.ts'
import { shrink } from '../../../src/explore/search/shrink.ts'
import { type CampaignRow, recordResult } from '../../../bench/record.mjs'
import { type Bug, BUGS, CORRECT } from '../../bugs/catalogue.ts'
import { explorationOf } from '../../bugs/exploration.ts'
import { repository } from '../repository.ts'

const USAGE = `Explores the supervisors of test/bugs: those with a mistake until it is found, and those without one for nothing.
  --seeds n      how often each mistake is looked for, from seed 1 on (default 10)
  --schedules n  how many schedules the correct ones hold, all together (default 1000000)
  --shard i/n    only part i of n of these`

/** How long a mistake may take to be found, in s. */
const LIMIT = 10
/** In how many schedules no false alarm is promised. */
const PROMISED = 1_000_000

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    schedules: { type: 'string', default: '1000000' },
    shard: { type: 'string', default: '1/1' },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(USAGE)
else process.exitCode = (await main()) ? 0 : 1

async function main(): Promise<boolean> {
  using player = new Player()
  const rows = [
    ...(await mistakes(Number(values.seeds), player)),
    await holds(Number(values.schedules), player),
  ]
  if (values.shard === '1/1') recordResult(repository, 'planted-bugs', rows)
  return rows.every(({ met }) => met !== false)
}

/** Whether at least 24 of 25 mistakes are found in time by each seed, and 90% of the finds are as short as is known. */
async function mistakes(seeds: number, player: Player): Promise<CampaignRow[]> {
  let [finds, shortest, slowestOfAll] = [0, 0, 0]
  for (const bug of BUGS) {
    const plays: number[] = []
    let [slowest, short] = [0, 0]
    for (let seed = 1; seed <= seeds; seed++) {
      const exploration = explorationOf(bug, { seed })
      const began = performance.now()
      const { find, played } = await search(exploration, player)
      slowest = Math.max(slowest, performance.now() - began)
      if (!find) continue
      plays.push(played)
      const { schedule } = await shrink(exploration, find, player)
      short += schedule.length <= bug.minimum.length ? 1 : 0
    }
    finds += plays.length
    slowestOfAll = Math.max(slowestOfAll, slowest)
    shortest += short
    if (seeds > 0) console.log(row(bug, seeds, plays, slowest, short))
  }
  const all = seeds * BUGS.length
  console.log(`${finds} of ${all} found, ${shortest} of them as short as is known`)
  return [
    {
      value: `${finds} of ${all}`,
      met: finds >= (all * 24) / 25,
      note: `${seeds} seeds, the slowest in ${Math.round(slowestOfAll)} ms`,
    },
    { value: `${((100 * shortest) / finds).toFixed(1)} %`, met: shortest >= 0.9 * finds },
  ]
}

function row({ name }: Bug, seeds: number, plays: number[], slowest: number, short: number): string {
  const sorted = plays.toSorted((one, other) => one - other)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 'none'
  return `${name.padEnd(30)} found ${plays.length}/${seeds}, plays ${median} (p50) to ${sorted.at(-1)}, slowest ${Math.round(slowest)} ms, shortest ${short}`
}

async function search(
  exploration: Exploration,
  player: Player,
): Promise<{ readonly find: Find | undefined; readonly played: number }> {
  const deadline = performance.now() + LIMIT * 1000
  let played = 0
  for (let index = 0; performance.now() < deadline; index++) {
    const island = await exploreIsland(exploration, { index, schedules: ISLAND_SIZE }, player)
    played += island.played
    if (island.find) return { find: island.find, played }
  }
  return { find: undefined, played }
}

/** Whether nothing is found where nothing is wrong. Each correct supervisor keeps the promises of all bugs in turn. */
async function holds(schedules: number, player: Player): Promise<CampaignRow> {
  const [part = 1, parts = 1] = values.shard.split('/').map(Number)
  const supervisors = Object.entries(CORRECT)
  const islands = Math.ceil(schedules / ISLAND_SIZE)
  let [played, alarms] = [0, 0]
  for (let index = part - 1; index < islands; index += parts) {
    const [name, Supervisor] = supervisors[index % supervisors.length] ?? []
    const bug = BUGS[Math.floor(index / supervisors.length) % BUGS.length]
    if (!Supervisor || !bug) throw new Error('There is nothing to explore.')
    const exploration = explorationOf({ ...bug, Supervisor }, { seed: 1 })
    const result = await exploreIsland(exploration, { index, schedules: ISLAND_SIZE }, player)
    played += result.played
    if (!result.find) continue
    alarms += 1
    const { schedule, violation } = result.find
    console.log(
      `${name}, by the promises of ${bug.name}: ${violation.invariant}: ${violation.message}\n${JSON.stringify(schedule)}`,
    )
  }
  console.log(`${alarms} false alarms in ${played} schedules of ${supervisors.length} correct supervisors`)
  const value = `${alarms} in ${played.toLocaleString('en')} schedules`
  return { value, met: alarms === 0 ? played >= PROMISED || null : false }
}
