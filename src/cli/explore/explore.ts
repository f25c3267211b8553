import path from 'node:path'

import { runCampaign } from '../../explore/campaign.ts'
import { ISLAND_SIZE } from '../../explore/explore-island.ts'
import { usesVitest } from '../../explore/load.ts'
import { ProgressLine } from '../../explore/progress.ts'
import { explorationReport, type ExplorationReport, reportOf } from '../../explore/report.ts'
import { chooseShard, type Shard } from '../../explore/shard.ts'
import { exploreVersions } from '../../explore/versions.ts'
import type { Context, ExitCode } from '../command.ts'
import type { ExploreCommandOptions } from './command.ts'
import { tell } from './merge.ts'
import { cannotLoad, explorationsOf, type Found } from './sources.ts'

/** Explores what these files declare, one exploration after the other. */
export async function explore(
  files: readonly string[],
  options: ExploreCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const { shard, chosenBy } = chooseShard(options.shard, context.environment)
  if (chosenBy !== undefined && chosenBy !== '--shard')
    context.streams.err.write(
      `Part ${shard.index} of ${shard.count} (${chosenBy}; --shard 1/1 plays everything).\n`,
    )
  const found = await explorationsOf(files, context.signal)
  const chosen = found.filter(({ exploration }) => options.grep?.test(exploration.name) ?? true)
  if (chosen.length === 0) {
    const names = found.map(({ exploration }) => `"${exploration.name}"`).join(', ')
    throw cannotLoad(`No exploration matches ${String(options.grep)}. There are ${names}.`)
  }
  const reports: ExplorationReport[] = []
  for (const one of chosen) reports.push(await campaign(one, shard, options, context))
  return tell(reportOf(exploreVersions(), shard, reports), options, context)
}

async function campaign(
  { source, exploration: declared, collector }: Found,
  shard: Shard,
  { workers, schedules = declared.schedules, seed = declared.seed }: ExploreCommandOptions,
  { streams, environment, signal }: Context,
): Promise<ExplorationReport> {
  const exploration = { ...declared, schedules, seed }
  const line = new ProgressLine(exploration.name, streams.err, environment)
  try {
    const { result } = await runCampaign(exploration, {
      source,
      shard,
      signal,
      // A scenario that never ends is to end its thread, and not this.
      here: false,
      onProgress: (progress) => line.show(progress),
      ...(workers !== undefined && { workers }),
    })
    if (collector.missed !== undefined) throw cannotLoad(usesVitest(collector.missed, exploration.name))
    const file = path.relative('', source).split(path.sep).join('/')
    const about = { file, name: exploration.name, seed, schedules, islandSize: ISLAND_SIZE }
    return explorationReport(about, result)
  } finally {
    line.end()
  }
}
