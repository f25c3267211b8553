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
  /** How many islands there are. */
  readonly count: number
  /** How many schedules they have. */
  readonly schedules: number
  readonly #all: number
  readonly #shard: Shard
  readonly #size: number
  readonly #results = new Map<number, Counted>()
  /** The lowest island that had each. */
  readonly #transitions = new Map<string, number>()
  /** How many were begun, lowest first, and those of them that were put back, lowest last. */
  #begun = 0
  #returned: Island[] = []
  #first = Infinity
  #done = 0
  #played = 0
  #starts = 0

  constructor(schedules: number, shard: Shard, size: number) {
    this.#all = schedules
    this.#shard = shard
    this.#size = size
    const islands = Math.ceil(schedules / size)
    this.count = Math.max(0, Math.ceil((islands - shard.index + 1) / shard.count))
    const hasLast = this.count > 0 && (islands - shard.index) % shard.count === 0
    this.schedules = this.count * size - (hasLast ? islands * size - schedules : 0)
  }

  /** The next island to be played; undefined when there is none. */
  next(): Island | undefined {
    const returned = this.#returned.at(-1)
    const index = returned?.index ?? this.#indexOf(this.#begun)
    if (!this.matters(index)) return undefined
    if (returned) return this.#returned.pop()
    if (this.#begun === this.count) return undefined
    this.#begun += 1
    return { index, schedules: Math.min(this.#size, this.#all - index * this.#size) }
  }

  /** It was begun, and is to be played anew. */
  putBack(island: Island): void {
    this.#returned = [...this.#returned, island].toSorted((one, other) => other.index - one.index)
  }

  add({ index, played, starts, transitions, find }: IslandResult): void {
    this.#results.set(index, { played, starts, find })
    for (const transition of transitions) {
      this.#transitions.set(transition, Math.min(index, this.#transitions.get(transition) ?? Infinity))
    }
    if (!this.matters(index)) return
    this.#done += 1
    this.#played += played
    this.#starts += starts
    if (find) this.#found(index)
  }

  /** Whether anything can still come of this island. */
  matters(index: number): boolean {
    return index <= this.#first
  }

  /** How many are still to be begun. */
  get left(): number {
    const { index, count } = this.#shard
    const mattering = Math.min(this.count, Math.floor((this.#first - index + 1) / count) + 1)
    const returned = this.#returned.filter((island) => this.matters(island.index))
    return Math.max(0, mattering - this.#begun) + returned.length
  }

  /** How many were played to their end, or to a find. */
  get done(): number {
    return this.#done
  }

  /** How many schedules were played. */
  get played(): number {
    return this.#played
  }

  /** In how many of these plays an agent was started, or was to be. */
  get starts(): number {
    return this.#starts
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

  /** From 0. */
  #indexOf(position: number): number {
    return this.#shard.index - 1 + position * this.#shard.count
  }

  /** What was counted of higher islands counts no more. */
  #found(index: number): void {
    this.#first = index
    const counting = [...this.#results].filter(([other]) => this.matters(other))
    this.#done = counting.length
    this.#played = counting.reduce((sum, [, { played }]) => sum + played, 0)
    this.#starts = counting.reduce((sum, [, { starts }]) => sum + starts, 0)
  }
}
