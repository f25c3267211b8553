import { randomStream } from '../../random.ts'
import { Coverage } from './coverage.ts'
import type { Exploration } from '../exploration.ts'
import type { Island, IslandResult } from './island.ts'
import { Moments } from './moments.ts'
import { Mutator, type Specimen } from './mutate.ts'
import type { Player } from '../play/player.ts'
import type { Schedule } from '../schedule.ts'
import { FreshSchedules } from './fresh-schedules.ts'

/** How many schedules an island has: enough to learn from those that have shown something new. */
export const ISLAND_SIZE = 250

export interface ExploreIslandOptions {
  /** Told after each play, how many there have been. What it throws ends the island. */
  readonly onPlay?: (played: number) => void
}

/**
 * Plays the schedules of an island, to the first that breaks an invariant. They depend on the exploration, its seed and the
 * index of the island alone: some are new, and most are made of those that have shown new transitions.
 * The very first one of all is empty.
 */
export async function exploreIsland(
  exploration: Exploration,
  { index, schedules }: Island,
  player: Pick<Player, 'play'>,
  { onPlay }: ExploreIslandOptions = {},
): Promise<IslandResult> {
  const source = new Source(exploration, index)
  const coverage = new Coverage()
  let starts = 0
  for (let number = 1; number <= schedules; number += 1) {
    const schedule = index === 0 && number === 1 ? [] : source.next()
    const { trace, violation } = await player.play(exploration, schedule)
    onPlay?.(number)
    if (trace.events.some(({ kind }) => kind === 'spawn' || kind === 'spawn-failed')) starts += 1
    const isNew = coverage.add(trace) > 0
    if (violation) {
      const find = { schedule, violation, number }
      return { index, played: number, starts, transitions: coverage.transitions, find }
    }
    if (isNew) source.learn({ schedule, moments: new Moments(trace) })
  }
  return { index, played: schedules, starts, transitions: coverage.transitions, find: undefined }
}

/** The schedules of one island. */
class Source {
  readonly #fresh: FreshSchedules
  readonly #mutator: Mutator
  readonly #way: () => number
  readonly #parents: () => number
  readonly #specimens: Specimen[] = []

  constructor(exploration: Exploration, index: number) {
    const label = `island ${index}`
    const stream = (concern: string): (() => number) => randomStream(exploration.seed, `${label}: ${concern}`)
    this.#fresh = new FreshSchedules(exploration, `${label}, new`)
    const added = new FreshSchedules(exploration, `${label}, added`)
    this.#mutator = new Mutator(exploration, added, stream('mutations'))
    this.#way = stream('new or mutated')
    this.#parents = stream('parents')
  }

  next(): Schedule {
    const way = this.#way()
    const [one, other] = [this.#parent(), this.#parent()]
    return one && other && way < MUTATED ? this.#mutator.mutate(one, other) : this.#fresh.next()
  }

  learn(specimen: Specimen): void {
    this.#specimens.push(specimen)
  }

  /** The later ones have shown what is rarer. */
  #parent(): Specimen | undefined {
    return this.#specimens[Math.floor(Math.sqrt(this.#parents()) * this.#specimens.length)]
  }
}

const MUTATED = 0.65
