import { workInFlight } from '../clock/quiet.ts'
import { seededOrder } from '../clock/seeded-order.ts'
import { bySource, type Source } from '../clock/source.ts'
import { SuperviseError } from '../errors.ts'
import { type Deferred, deferred } from '../wait.ts'
import type { HeapClock } from './heap-clock.ts'
import { turnsOver } from './turns.ts'

/** Events that may follow each other without time in between. */
const MOST_AT_ONCE = 100_000

/**
 * What happens at one moment of a simulation, in the order of the virtual clock over real processes: whoever is here does all
 * that he can; then processes do what that has set off; then what they have sent is given out, process by process.
 */
export class World {
  readonly clock: HeapClock
  readonly #order: (sources: Source[]) => Source[]
  readonly #resting: Deferred<void>[] = []
  readonly #sources = new Set<Source>()
  #work: (() => void)[] = []
  #settling: Promise<void> | undefined
  #pids = 1000
  #closed = false

  /** @param seed in which order those are heard that have done something at the same time; default: that of their starts */
  constructor(clock: HeapClock, seed: number | undefined) {
    this.clock = clock
    this.#order = seededOrder(seed)
  }

  /** Never that of this process. */
  nextPid(): number {
    this.#pids += 1
    if (this.#pids === process.pid) this.#pids += 1
    return this.#pids
  }

  /** Has a process do this when everybody here has done what he can. */
  do(work: () => void): void {
    this.#work.push(work)
    this.#wake()
  }

  /** Has a process be heard that has something to give out. */
  announce(source: Source): void {
    this.#sources.add(source)
    this.#wake()
  }

  /** Resolves when everything at this moment is done and heard. Rejects with `ERR_CLOCK_STALLED` if that has no end. */
  settle(): Promise<void> {
    return (this.#settling ??= this.#settle())
  }

  /** Resolves when there is nothing left to do at this moment but what waits for this, too. */
  atRest(): Promise<void> {
    const rest = deferred<void>()
    this.#resting.push(rest)
    this.#wake()
    return rest.promise
  }

  /** Nothing is done and heard any more. */
  close(): void {
    this.#closed = true
    this.#work = []
    this.#sources.clear()
    for (const { resolve } of this.#resting.splice(0)) resolve()
  }

  /** Also while nobody moves time. */
  #wake(): void {
    // Whoever moves time is told what was wrong.
    if (!this.#settling && !this.#closed) this.settle().catch(() => {})
  }

  async #settle(): Promise<void> {
    try {
      for (let rounds = 0; rounds < MOST_AT_ONCE; rounds++) {
        if (!(await turnsOver())) throw restless()
        if (this.#work.length > 0) this.#doWork()
        else if (this.#sources.size > 0) await this.#giveOut()
        else if (this.#resting.length > 0) for (const { resolve } of this.#resting.splice(0)) resolve()
        else return
      }
      throw endless(`${MOST_AT_ONCE} events`)
    } finally {
      this.#settling = undefined
    }
  }

  #doWork(): void {
    const work = this.#work
    this.#work = []
    for (const act of work) act()
  }

  async #giveOut(): Promise<void> {
    const sources = [...this.#sources].sort(bySource)
    // What comes from now on waits for the next time.
    this.#sources.clear()
    for (const source of this.#order(sources)) {
      if (this.#closed) return
      await source.turn(turnsOver)
    }
  }
}

function restless(): SuperviseError {
  const requests = workInFlight().filter((name) => name !== 'Immediate')
  if (requests.length === 0) return endless('microtasks and immediates')
  return new SuperviseError(
    'ERR_CLOCK_STALLED',
    `Time cannot move in the simulation: what this process has asked the system for takes too long (${requests.join(', ')}). ` +
      'Give the program something that answers at once, or test it with real processes.',
    { requests },
  )
}

function endless(what: string): SuperviseError {
  return new SuperviseError(
    'ERR_CLOCK_STALLED',
    `Time cannot move in the simulation: ${what} followed each other without any time in between. Something answers every ` +
      'event with the next one, such as a restart without a delay.',
  )
}
