import type { ChildProcess } from 'node:child_process'

import { Child } from '../../clock/child.ts'
import { reactions } from '../../clock/quiet.ts'
import { seededOrder } from '../../clock/seeded-order.ts'
import { whenLoaded } from '../../preload/builtins.ts'
import { wrapExecve } from '../../preload/children.ts'
import { Inheritance } from '../../preload/inheritance.ts'
import { wrapWorkers } from '../../preload/workers.ts'
import { ENV } from '../../protocol/frames.ts'
import { aroundStart, watchStarts } from '../../starts.ts'
import { APART, type PreloadOptions } from '../frames.ts'

/** What a family tells whoever it belongs to. */
export interface FamilyEvents {
  /** A process was started, within this call. */
  onStart(pid: number): void
  onActivity(): void
}

/** The children of this thread: each has a place below its own, and what it does is held until it is given out. */
export class Family {
  readonly #place: string
  readonly #inheritance: Inheritance
  readonly #order: <T>(items: T[]) => T[]
  readonly #events: FamilyEvents
  readonly #children = new Set<Child>()
  #unwatch: (() => void) | undefined
  #started = 0
  #stopped = false

  constructor({ file, seed }: PreloadOptions, place: string, events: FamilyEvents) {
    this.#place = place
    this.#inheritance = new Inheritance(file, {})
    this.#order = seededOrder(seed)
    this.#events = events
    // Threads, and what replaces this process, have its place.
    const heirs = new Inheritance(file, { [ENV.clock]: place })
    whenLoaded({ worker_threads: () => wrapWorkers(heirs) })
    wrapExecve(heirs)
  }

  start(): void {
    this.#unwatch = watchStarts((process) => this.#onStart(process))
  }

  /** Gives out all that is held, and holds nothing any more. */
  stop(): void {
    this.#stopped = true
    this.#unwatch?.()
    for (const child of this.#children) {
      child.release()
      child.source.giveAll()
    }
  }

  /** How many there were so far. */
  get started(): number {
    return this.#started
  }

  /** Those that live. */
  get pids(): number[] {
    return [...this.#children].flatMap(({ state, process: { pid } }) =>
      state === 'alive' && pid !== undefined ? [pid] : [],
    )
  }

  /** Of how many something is held. */
  get held(): number {
    for (const child of this.#children) {
      if (child.state === 'over' && !child.source.waiting) this.#children.delete(child)
    }
    return this.#waiting.length
  }

  /** Gives out what each child has done, one after the other, each time until nobody here reacts to it any more. */
  async give(): Promise<void> {
    const rest = reactions(() => this.#stopped)
    for (const { source } of this.#order(this.#waiting)) await source.turn(rest)
  }

  get #waiting(): Child[] {
    return [...this.#children].filter(({ source }) => source.waiting)
  }

  #onStart(process: ChildProcess): void {
    const number = ++this.#started
    const child = new Child(
      process,
      number,
      () => `${this.#place}.${number}`,
      () => this.#events.onActivity(),
    )
    this.#children.add(child)
    this.#events.onActivity()
    aroundStart(process, (request, start) => {
      if (Array.isArray(request.envPairs)) request.envPairs = this.#environment(request.envPairs, number)
      const result = start(request)
      if (process.pid !== undefined) this.#events.onStart(process.pid)
      child.catchPipes()
      return result
    })
  }

  #environment(pairs: readonly unknown[], number: number): string[] {
    // It is to have real time.
    if (pairs.includes(`${ENV.clock}=${APART}`)) return pairs.map(String)
    const given = pairs.map(String).filter((pair) => !pair.startsWith(`${ENV.clock}=`))
    const options = given.find((pair) => pair.startsWith('NODE_OPTIONS='))?.slice('NODE_OPTIONS='.length)
    const { NODE_OPTIONS: completed } = this.#inheritance.missing({ NODE_OPTIONS: options })
    return [
      ...(completed === undefined ? given : given.filter((pair) => !pair.startsWith('NODE_OPTIONS='))),
      ...(completed === undefined ? [] : [`NODE_OPTIONS=${completed}`]),
      `${ENV.clock}=${this.#place}.${number}`,
    ]
  }
}
