import path from 'node:path'

import { systemCode } from '../../errors.ts'
import { runCampaign } from '../../explore/campaign/campaign.ts'
import type { Exploration } from '../../explore/exploration.ts'
import { ISLAND_SIZE } from '../../explore/search/explore-island.ts'
import { writeFailure } from '../../explore/replay/failure-file.ts'
import { failuresDirectory } from '../../explore/replay/known-failures.ts'
import type { Shrunk } from '../../explore/search/shrink.ts'
import { failureOfFind } from '../../explore/campaign/find-failure.ts'
import { usesVitest } from '../../explore/campaign/load.ts'
import { pasteText } from '../../explore/replay/paste.ts'
import { ProgressLine } from '../../explore/campaign/progress.ts'
import { explorationReport, type ExplorationReport, reportOf } from '../../explore/campaign/report.ts'
import { chooseShard, type Shard } from '../../explore/campaign/shard.ts'
import { exploreVersions } from '../../explore/campaign/versions.ts'
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
  const { err } = context.streams
  const { shard, chosenBy } = chooseShard(options.shard, context.environment)
  if (chosenBy !== undefined && options.shard === undefined)
    err.write(`Part ${shard.index} of ${shard.count} (${chosenBy}; --shard 1/1 plays everything).\n`)
  // A loop without an end in this thread would never hear of a signal: then the system ends it.
  const signal = options.workers === 0 ? new AbortController().signal : context.signal
  const found = await explorationsOf(files, signal)
  const chosen = found.filter(({ exploration }) => options.grep?.test(exploration.name) ?? true)
  if (chosen.length === 0) {
    const names = found.map(({ exploration }) => `"${exploration.name}"`).join(', ')
    throw cannotLoad(`No exploration matches ${String(options.grep)}. There are ${names}.`)
  }
  const reports: ExplorationReport[] = []
  const notes: string[] = []
  for (const one of chosen) {
    const { schedules = one.exploration.schedules, seed = one.exploration.seed } = options
    const exploration = { ...one.exploration, schedules, seed }
    const report = await campaign({ ...one, exploration }, shard, { ...options, signal }, context)
    reports.push(report)
    // What does not give its thread back could not be played again, and what needs no fault and no step is in every play.
    const shrunk = report.find?.shrunk
    if (shrunk && shrunk.schedule.length > 0)
      notes.push(await keep(exploration, shrunk, one.source, options.failures))
  }
  const code = tell(reportOf(exploreVersions(), shard, reports), options, context)
  for (const note of notes) err.write(`\n${note}`)
  return code
}

async function campaign(
  { source, exploration, collector }: Found,
  shard: Shard,
  {
    workers = exploration.workers,
    signal,
  }: Pick<ExploreCommandOptions, 'workers'> & { readonly signal: AbortSignal },
  { streams, environment }: Context,
): Promise<ExplorationReport> {
  const { name, seed, schedules } = exploration
  const line = new ProgressLine(name, streams.err, environment)
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
    if (collector.missed !== undefined) throw cannotLoad(usesVitest(collector.missed, name))
    const file = relative(source)
    return explorationReport({ file, name, seed, schedules, islandSize: ISLAND_SIZE }, result)
  } finally {
    line.end()
  }
}

/** Writes what was found to its file, and gives what to do with it. */
async function keep(
  exploration: Exploration,
  found: Shrunk,
  source: string,
  directory = failuresDirectory(source),
): Promise<string> {
  const { failure } = await failureOfFind(exploration, found)
  const pasted = `behind the exploration in ${relative(source)}:\n${pasteText(failure)}`
  try {
    const file = relative(writeFailure(failure, path.resolve(directory), source))
    return (
      `"${exploration.name}" is kept in ${file}. Play it again, with real processes too:\n` +
      `  npx vitest-supervise explore --replay ${file}\n` +
      `Or as a test, ${pasted}`
    )
  } catch (error) {
    const why = systemCode(error) ?? String(error)
    return `"${exploration.name}" could not be kept in ${relative(directory)} (${why}). Play it again as a test, ${pasted}`
  }
}

function relative(file: string): string {
  return path.relative('', file).split(path.sep).join('/')
}
