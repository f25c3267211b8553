import type { Find, Island, IslandResult } from '../search/island.ts'
import type { Shard } from './shard.ts'

/** What was found, and on which island. */
export interface IslandFind extends Find {
  readonly island: number
}

/** What is kept of a result. */
type Counted = Pick<IslandResult, 'played' | 'starts' | 'find'>

/**
 * Which island is played next, and what is known of those that were. The lowest island with a find decides: what happens
 * on higher ones counts for nothing, so that it does not matter in which order they are played, and by how many.
 */
export class Islands {
  readonly #all: readonly Island[]
  readonly #results = new Map<number, Counted>()
  /** The lowest island that had each. */
  readonly #transitions = new Map<string, number>()
  #todo: Island[]
  #first = Infinity

  constructor(schedules: number, { index, count }: Shard, size: number) {
    const islands = Array.from({ length: Math.ceil(schedules / size) }, (_, at) => ({
      index: at,
      schedules: Math.min(size, schedules - at * size),
    }))
    this.#all = islands.filter((island) => island.index % count === index - 1)
    this.#todo = this.#all.toReversed()
  }

  /** The next island to be played; undefined when there is none. */
  next(): Island | undefined {
    const island = this.#todo.at(-1)
    if (island === undefined || !this.matters(island.index)) return undefined
    return this.#todo.pop()
  }

  /** It was begun, and is to be played anew. */
  putBack(island: Island): void {
    this.#todo = [...this.#todo, island].toSorted((one, other) => other.index - one.index)
  }

  add({ index, played, starts, transitions, find }: IslandResult): void {
    this.#results.set(index, { played, starts, find })
    for (const transition of transitions) {
      this.#transitions.set(transition, Math.min(index, this.#transitions.get(transition) ?? Infinity))
    }
    if (find) this.#first = Math.min(this.#first, index)
  }

  /** Whether anything can still come of this island. */
  matters(index: number): boolean {
    return index <= this.#first
  }

  /** How many islands there are. */
  get count(): number {
    return this.#all.length
  }

  /** How many schedules they have. */
  get schedules(): number {
    return this.#all.reduce((sum, island) => sum + island.schedules, 0)
  }

  /** How many are still to be begun. */
  get left(): number {
    return this.#todo.filter(({ index }) => this.matters(index)).length
  }

  /** How many were played to their end, or to a find. */
  get done(): number {
    return this.#counting.length
  }

  /** How many schedules were played. */
  get played(): number {
    return this.#counting.reduce((sum, [, { played }]) => sum + played, 0)
  }

  /** In how many of these plays an agent was started, or was to be. */
  get starts(): number {
    return this.#counting.reduce((sum, [, { starts }]) => sum + starts, 0)
  }

  /** Each transition that was seen, and the lowest island that had it, in the order of the transitions. */
  get transitions(): Readonly<Record<string, number>> {
    const seen = [...this.#transitions].filter(([, island]) => this.matters(island))
    return Object.fromEntries(seen.toSorted(([one], [other]) => (one < other ? -1 : 1)))
  }

  /** How many there are, more or less: what is found later may have some of them not count. */
  get transitionCount(): number {
    return this.#transitions.size
  }

  /** That of the lowest island. */
  get find(): IslandFind | undefined {
    const find = this.#results.get(this.#first)?.find
    return find && { island: this.#first, ...find }
  }

  get #counting(): [number, Counted][] {
    return [...this.#results].filter(([index]) => this.matters(index))
  }
}
