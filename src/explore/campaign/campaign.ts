import { availableParallelism } from 'node:os'

import { SuperviseError } from '../../errors.ts'
import { realTurn } from '../../real-time.ts'
import type { Exploration } from '../exploration.ts'
import { exploreIsland, ISLAND_SIZE } from '../search/explore-island.ts'
import { idleError } from './idle-error.ts'
import { type IslandFind, Islands } from './islands.ts'
import { compileExplorations } from './load.ts'
import { type Shard, WHOLE } from './shard.ts'
import { shrink, type Shrunk } from '../search/shrink.ts'
import { Threads } from './threads.ts'
import { WatchedPlayer } from './watched-player.ts'

export interface CampaignOptions {
  /** The absolute path of the file that calls `explore`. Without it everything is played in this thread. */
  readonly source?: string
  /** How many worker threads. Default: as many as the machine has cores; 0: none. */
  readonly workers?: number
  /** Whether this thread plays alone when others cannot load `source`. Default true. */
  readonly here?: boolean
  /** Which part of the islands is played. Default: all. */
  readonly shard?: Shard
  /** How long one play may take in a worker thread, in ms of real time, before it counts as one without an end. Default 30,000. */
  readonly patience?: number
  readonly signal?: AbortSignal
  /** Called at the end of each island, and while threads play some ten times a second. */
  readonly onProgress?: (progress: CampaignProgress) => void
}

/** How far a campaign is. */
export interface CampaignProgress {
  readonly played: number
  /** How many schedules it has. */
  readonly schedules: number
  readonly islands: number
  readonly transitions: number
}

/** What came of a campaign: the same for each number of workers. JSON. */
export interface CampaignResult {
  /** How many islands were played to their end, or to the first find. */
  readonly islands: number
  readonly played: number
  /** In how many of these plays an agent was started, or was to be. */
  readonly starts: number
  /** Each transition that was seen, sorted, and the lowest island that had it. */
  readonly transitions: Readonly<Record<string, number>>
  readonly find: CampaignFind | undefined
}

/** The first find: that of the lowest island that has one. */
export interface CampaignFind extends IslandFind {
  /** The same with as few faults and steps as possible. Undefined where each play needs a thread that it does not give back. */
  readonly shrunk: Shrunk | undefined
}

export interface Campaign {
  readonly result: CampaignResult
  /** Why it was played in this thread alone, though it should not have been. One sentence. */
  readonly alone: string | undefined
}

const PATIENCE_MS = 30_000

/**
 * Plays the schedules of an exploration until all are played, or something is found, and shrinks what is found. Rejects with
 * the reason of `signal`; with `ERR_EXPLORE_LOAD` when threads cannot play it and `here` is false; and with `ERR_EXPLORE_IDLE`
 * when no play has started an agent. Leaves nothing running however it ends.
 */
export async function runCampaign(
  exploration: Exploration,
  options: CampaignOptions = {},
): Promise<Campaign> {
  const { source, workers = availableParallelism(), shard = WHOLE, here = true, onProgress } = options
  const { patience = PATIENCE_MS, signal = new AbortController().signal } = options
  const islands = new Islands(exploration.schedules, shard, ISLAND_SIZE)
  const tell = (playing = 0): void =>
    onProgress?.({
      played: islands.played + playing,
      schedules: islands.schedules,
      islands: islands.done,
      transitions: islands.transitionCount,
    })
  const place = { exploration, islands, signal, tell }
  if (source === undefined || workers === 0) return { result: await playHere(place), alone: undefined }
  try {
    const module = await compileExplorations(source, signal)
    await using threads = new Threads({ exploration, file: source, module, patience, onLook: tell, signal })
    await threads.explore(islands, workers)
    tell()
    return { result: await resultOf(exploration, islands, (find) => threads.shrink(find)), alone: undefined }
  } catch (error) {
    signal.throwIfAborted()
    if (!here || !(error instanceof SuperviseError) || error.code !== 'ERR_EXPLORE_LOAD') throw error
    return { result: await playHere(place), alone: error.message }
  }
}

interface Place {
  readonly exploration: Exploration
  readonly islands: Islands
  readonly signal: AbortSignal
  readonly tell: () => void
}

/** Plays all that is left. */
async function playHere({ exploration, islands, signal, tell }: Place): Promise<CampaignResult> {
  signal.throwIfAborted()
  using player = new WatchedPlayer(undefined, signal)
  for (let island = islands.next(); island; island = islands.next()) {
    islands.add(await exploreIsland(exploration, island, player))
    tell()
    // Whoever aborts, or shows how far it is, gets a turn.
    await realTurn()
  }
  // The player is needed until it has shrunk what was found.
  return await resultOf(exploration, islands, (find) => shrink(exploration, find, player))
}

async function resultOf(
  exploration: Exploration,
  islands: Islands,
  shrunkOf: (find: IslandFind) => Promise<Shrunk | undefined>,
): Promise<CampaignResult> {
  const { done, played, starts, transitions, find } = islands
  if (!find && played > 0 && starts === 0) throw idleError(exploration, played)
  const shrunk = find && (await shrunkOf(find))
  return { islands: done, played, starts, transitions, find: find && { ...find, shrunk } }
}
