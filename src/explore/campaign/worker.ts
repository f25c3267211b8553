import { SuperviseError, type SuperviseErrorCode } from '../../errors.ts'
import type { Exploration } from '../exploration.ts'
import { exploreIsland } from '../search/explore-island.ts'
import type { Find, Island, IslandResult } from '../search/island.ts'
import type { Collector } from './collector.ts'
import { collectExplorations, usesVitest } from './load.ts'
import { Logbook } from './logbook.ts'
import { keepReplaced, type Player } from '../play/player.ts'
import { shrink, type Shrunk } from '../search/shrink.ts'
import { WatchedPlayer } from './watched-player.ts'

/** What a worker thread is asked to do with an exploration. Cloneable. */
export interface Task {
  /** What `compileExplorations` has made, and of which file. */
  readonly module: string
  readonly file: string
  readonly exploration: string
  /** What the exploration is played with, whatever the file says. */
  readonly numbers: ExplorationNumbers
  readonly logbook: SharedArrayBuffer
  /** What is to be done: an island to be explored, or a find to be shrunk. */
  readonly island?: Island
  readonly find?: Find
}

export type ExplorationNumbers = Pick<Exploration, 'schedules' | 'within' | 'attempts' | 'length' | 'seed'>

/** What came of it. `unable`: nothing, because the exploration is not here what it is in Vitest. */
export type TaskResult =
  | { readonly island: IslandResult }
  | { readonly shrunk: Shrunk }
  | { readonly unable: string }
  | { readonly failed: Failure }

/** An error, as it crosses to another thread. */
export interface Failure {
  readonly message: string
  readonly code: SuperviseErrorCode | undefined
  readonly stack: string | undefined
}

// Before the user's file is loaded, with all that it loads.
keepReplaced()

/** What each worker thread runs, one at a time. */
export default async function work(task: Task): Promise<TaskResult> {
  let collector: Collector
  try {
    collector = await collectExplorations(task.module, task.file)
  } catch (error) {
    return { unable: (error as Error).message }
  }
  const declared = collector.explorations.get(task.exploration)
  if (!declared)
    return { unable: `${task.file}, loaded without Vitest, has no exploration "${task.exploration}".` }
  const exploration = { ...declared, ...task.numbers }
  using player = new WatchedPlayer(new Logbook(task.logbook))
  const result = await perform(task, exploration, player)
  return collector.missed === undefined ? result : { unable: usesVitest(collector.missed, task.exploration) }
}

async function perform(
  { island, find }: Task,
  exploration: Exploration,
  player: Player,
): Promise<TaskResult> {
  try {
    if (island) return { island: withNew(await exploreIsland(exploration, island, player)) }
    if (find) return { shrunk: await shrink(exploration, find, player) }
    throw new Error('A worker thread was given nothing to do.')
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    return { failed: { message, stack, code: error instanceof SuperviseError ? error.code : undefined } }
  }
}

/** What this thread has told already. It plays one exploration, and its islands from lower to higher. */
const told = new Set<string>()

/** Without the transitions that are known of a lower island: there are thousands, and to tell of each again would cost as much as to play. */
function withNew(result: IslandResult): IslandResult {
  const transitions = result.transitions.filter((transition) => !told.has(transition))
  for (const transition of transitions) told.add(transition)
  return { ...result, transitions }
}
