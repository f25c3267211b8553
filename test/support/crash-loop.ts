import type { ChildProcess } from 'node:child_process'

import type { OpenClock } from './virtual-clock.ts'

/** How long a run of the program may take before its supervisor gives it up. ms. */
const GUARD = 5000

/**
 * A supervisor as people write them by hand: it starts a program again whenever it ends, after a delay that doubles from
 * 1 s to a minute, and watches each run with a timer that must not go off.
 */
export class CrashLoop {
  readonly ended: Promise<void>
  readonly #start: (run: number) => ChildProcess
  readonly #name: string
  readonly #open: OpenClock
  readonly #runs: number
  #finish!: () => void
  #run = 0

  constructor(open: OpenClock, start: (run: number) => ChildProcess, { runs = 10, name = 'program' } = {}) {
    this.#open = open
    this.#start = start
    this.#runs = runs
    this.#name = name
    this.ended = new Promise((resolve) => (this.#finish = resolve))
    this.#launch()
  }

  #launch(): void {
    const run = ++this.#run
    const { note } = this.#open
    note(`${this.#name} starts`)
    const child = this.#start(run)
    const guard = setTimeout(() => note(`${this.#name} has been given up`), GUARD)
    child.stdout?.on('data', (chunk: Buffer) => note(`${this.#name} says ${chunk.toString().trim()}`))
    child.on('exit', (code, signal) => {
      clearTimeout(guard)
      note(`${this.#name} exits with ${signal ?? code}`)
      if (run === this.#runs) this.#finish()
      else setTimeout(() => this.#launch(), Math.min(1000 * 2 ** (run - 1), 60_000))
    })
  }
}
