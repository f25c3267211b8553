import type { Look } from './situation.ts'

/**
 * Processes whose parents have ended, such as daemons that a shell has left: nobody's children, of whom nobody tells before they
 * say something themselves. They are looked for each time that somebody has ended.
 */
export class Orphans {
  readonly #survivors: () => readonly number[]
  readonly #known = new Set<number>()
  #someoneEnded = false

  /** @param survivors every process of the test, wherever it is now */
  constructor(survivors: () => readonly number[]) {
    this.#survivors = survivors
  }

  /** Somebody has ended, who may have left others. */
  noteEnd(): void {
    this.#someoneEnded = true
  }

  /** Takes in those of whom the look knows nothing yet. */
  addTo(look: Look): void {
    if (this.#someoneEnded) {
      this.#someoneEnded = false
      for (const pid of this.#survivors()) this.#known.add(pid)
    }
    for (const pid of this.#known) {
      const rest = look.covers(pid) ? 'gone' : look.add('a process whose parent has ended', pid, undefined)
      if (rest === 'gone' || rest === 'unknown') this.#known.delete(pid)
    }
  }
}
