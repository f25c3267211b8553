import type { Schedule } from '../schedule.ts'

/** What a thread is playing. */
export interface Entry {
  /** How many it has begun so far. 0: none. */
  readonly number: number
  /** Undefined when there is none, or it is too long to be told. */
  readonly schedule: Schedule | undefined
}

const HEADER = 8
const CAPACITY = 64 * 1024

/** What a thread is playing at this moment, for others to read though it never comes back. Shared memory. */
export class Logbook {
  readonly buffer: SharedArrayBuffer
  readonly #counts: Int32Array
  readonly #text: Buffer

  /** @param buffer that of the logbook of another thread. Default: a new one */
  constructor(buffer = new SharedArrayBuffer(HEADER + CAPACITY)) {
    this.buffer = buffer
    this.#counts = new Int32Array(buffer, 0, 2)
    this.#text = Buffer.from(buffer, HEADER)
  }

  /** The next play begins. */
  write(schedule: Schedule): void {
    const text = JSON.stringify(schedule)
    const fits = text.length * 3 <= CAPACITY
    const length = fits ? this.#text.write(text) : 0
    Atomics.store(this.#counts, 1, length)
    Atomics.add(this.#counts, 0, 1)
  }

  get number(): number {
    return Atomics.load(this.#counts, 0)
  }

  read(): Entry {
    const length = Atomics.load(this.#counts, 1)
    const text = this.#text.toString('utf8', 0, length)
    return { number: this.number, schedule: length === 0 ? undefined : (JSON.parse(text) as Schedule) }
  }

  /** Nothing is played any more. */
  clear(): void {
    Atomics.store(this.#counts, 1, 0)
    Atomics.store(this.#counts, 0, 0)
  }
}
