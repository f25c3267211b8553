import { SuperviseError } from '../../errors.ts'
import type { Exploration } from '../exploration.ts'
import type { Island, IslandResult } from '../search/island.ts'
import type { IslandFind, Islands } from './islands.ts'
import { Lane, type LaneOutcome } from './lane.ts'
import { NEVER_RESTS } from '../play/perform.ts'
import type { Shrunk } from '../search/shrink.ts'
import type { Task } from './worker.ts'

export interface ThreadsOptions {
  readonly exploration: Exploration
  /** The file that declares it, and what `compileExplorations` has made of it. */
  readonly file: string
  readonly module: string
  /** How long one play may take, in ms of real time. */
  readonly patience: number
  /** Called some ten times a second with how many schedules were begun on islands that are not done. */
  readonly onLook: (playing: number) => void
  readonly signal: AbortSignal
}

/** Worker threads that explore islands, each one at a time. */
export class Threads implements AsyncDisposable {
  readonly #options: ThreadsOptions
  readonly #task: Omit<Task, 'logbook'>
  readonly #lanes: Lane[] = []
  /** Islands with a find that a thread did not come back from. */
  readonly #lost = new Set<number>()
  #exploring = false

  constructor(options: ThreadsOptions) {
    const { exploration, file, module } = options
    const { schedules, within, attempts, length, seed } = exploration
    const numbers = { schedules, within, attempts, length, seed }
    this.#options = options
    this.#task = { module, file, exploration: exploration.name, numbers }
  }

  /**
   * Explores all islands that matter, in so many threads. Rejects with `ERR_EXPLORE_LOAD` when threads cannot play the
   * exploration; the islands that were not done are put back then.
   */
  async explore(islands: Islands, threads: number): Promise<void> {
    const failed = new AbortController()
    const giveUps = new Map<number, AbortController>()
    const done = (result: IslandResult): void => {
      islands.add(result)
      for (const [index, giveUp] of giveUps) if (!islands.matters(index)) giveUp.abort()
    }
    const goOn = async (lane: Lane): Promise<void> => {
      while (!failed.signal.aborted) {
        const island = islands.next()
        if (!island) return
        const giveUp = new AbortController()
        giveUps.set(island.index, giveUp)
        try {
          const signals = [giveUp.signal, failed.signal, this.#options.signal]
          done(this.#result(island, await lane.run({ ...this.#task, island }, AbortSignal.any(signals))))
        } catch (error) {
          if (giveUp.signal.aborted) continue
          islands.putBack(island)
          failed.abort(error)
        } finally {
          giveUps.delete(island.index)
        }
      }
    }
    while (this.#lanes.length < Math.min(threads, islands.left)) this.#lanes.push(this.#lane())
    this.#exploring = true
    await Promise.all(this.#lanes.map(goOn))
    this.#exploring = false
    if (failed.signal.aborted) throw failed.signal.reason
  }

  /** Undefined where a thread does not come back from it. */
  async shrink(find: IslandFind): Promise<Shrunk | undefined> {
    if (this.#lost.has(find.island)) return undefined
    const lane = this.#lanes[0] ?? this.#lane()
    if (!this.#lanes.includes(lane)) this.#lanes.push(lane)
    const outcome = await lane.run({ ...this.#task, find }, this.#options.signal)
    if ('shrunk' in outcome) return outcome.shrunk
    if ('lost' in outcome) return undefined
    throw errorOf(outcome)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()))
  }

  #result({ index }: Island, outcome: LaneOutcome): IslandResult {
    if ('island' in outcome) return outcome.island
    if (!('lost' in outcome) || outcome.at.number === 0) throw errorOf(outcome)
    const { number, schedule = [] } = outcome.at
    const violation = { invariant: NEVER_RESTS, message: outcome.lost }
    this.#lost.add(index)
    return { index, played: number, starts: 0, transitions: [], find: { schedule, violation, number } }
  }

  #lane(): Lane {
    const { patience, onLook } = this.#options
    const playing = (): number => this.#lanes.reduce((sum, lane) => sum + lane.number, 0)
    return new Lane(patience, () => {
      if (this.#exploring) onLook(playing())
    })
  }
}

function errorOf(outcome: LaneOutcome): Error {
  if ('failed' in outcome) {
    const { code, message, stack } = outcome.failed
    const error = code === undefined ? new Error(message) : new SuperviseError(code, message)
    return Object.assign(error, stack !== undefined && { stack })
  }
  const why =
    'unable' in outcome
      ? outcome.unable
      : `The file of the exploration could not be loaded in a worker thread: ${'lost' in outcome ? outcome.lost : ''}.`
  return new SuperviseError('ERR_EXPLORE_LOAD', why)
}
