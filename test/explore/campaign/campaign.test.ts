import childProcess from 'node:child_process'

import { expect, test } from 'vitest'

import { runCampaign } from '../../../src/explore/campaign/campaign.ts'
import { resolveExploration } from '../../../src/explore/exploration.ts'
import { invariant } from '../../../src/explore/invariants/index.ts'
import { ISLAND_SIZE } from '../../../src/explore/search/explore-island.ts'
import { mergeReports } from '../../../src/explore/campaign/merge-reports.ts'
import { explorationReport, type Report, reportOf } from '../../../src/explore/campaign/report.ts'
import { type Shard, WHOLE } from '../../../src/explore/campaign/shard.ts'
import { campaign, ExploreProject, RESTARTS } from '../support/project.ts'

test.each(['holds', 'breaks soon', 'breaks late'])(
  'what %s gives the same result, however many threads play it',
  async (name) => {
    const source = new ExploreProject().write('restarts.mjs', RESTARTS)
    const { result } = await campaign(source, name, { workers: 0 })
    for (const workers of [1, 2, 3])
      expect(await campaign(source, name, { workers })).toEqual({ result, alone: undefined })
  },
)

test('the first find is that of the lowest island that has one', async () => {
  const source = new ExploreProject().write('restarts.mjs', RESTARTS)
  const { result } = await campaign(source, 'breaks late', { workers: 2 })
  const { island, number, shrunk } = result.find ?? { island: 0, number: 0 }
  expect(island).toBeGreaterThan(0)
  expect(result).toMatchObject({ islands: island + 1, played: island * ISLAND_SIZE + number })
  expect(shrunk?.schedule).toHaveLength(1)
  expect(Math.max(...Object.values(result.transitions))).toBeLessThanOrEqual(island)
})

test.each(['holds', 'breaks soon', 'breaks late'])(
  'the parts of what %s merge into the report of the whole, byte for byte',
  async (name) => {
    const source = new ExploreProject().write('restarts.mjs', RESTARTS)
    const report = async (shard: Shard): Promise<Report> => {
      const { result } = await campaign(source, name, { shard, workers: 0 })
      const about = { file: 'restarts.mjs', name, seed: 1, schedules: 1100, islandSize: ISLAND_SIZE }
      return reportOf({ node: '20' }, shard, [explorationReport(about, result)])
    }
    const parts = []
    for (const index of [2, 3, 1]) parts.push(await report({ index, count: 3 }))
    expect(JSON.stringify(mergeReports(parts))).toBe(JSON.stringify(await report(WHOLE)))
  },
)

test('progress tells how many schedules of how many were played, up to all', async () => {
  const source = new ExploreProject().write('restarts.mjs', RESTARTS)
  const told: number[] = []
  await campaign(source, 'holds', { workers: 2, onProgress: ({ played }) => told.push(played) })
  expect(told.at(-1)).toBe(1100)
  expect(told.toSorted((one, other) => one - other)).toEqual(told)
})

test('without threads a find is shrunk in simulations, too', async () => {
  const starts = new Set<string>()
  const options = { agents: ['agent'] as const, schedules: 30, invariants: [invariant.noLeaks()] }
  const exploration = resolveExploration('throws', options, ({ agents: { agent } }) => {
    starts.add(childProcess.spawn(agent.file, agent.args).constructor.name)
    throw new Error('always')
  })
  const { result } = await runCampaign(exploration, { workers: 0 })
  expect(result.find?.shrunk).toBeDefined()
  expect([...starts]).toEqual(['SimulatedChild'])
})
