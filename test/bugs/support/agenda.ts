import { setImmediate as turn } from 'node:timers/promises'

interface Item {
  readonly at: number
  readonly repeat: number | undefined
  run(): void
}

/** A clock by hand: what is to be done, at what time, in the order in which it was asked for. */
export class Agenda {
  now = 0
  readonly #items = new Map<number, Item>()
  #last = 0

  /** Has something done later; the number cancels it. */
  add(delay: number, run: () => void, repeat?: number): number {
    this.#last += 1
    this.#items.set(this.#last, { at: this.now + delay, run, repeat })
    return this.#last
  }

  cancel(item: number): void {
    this.#items.delete(item)
  }

  clear(): void {
    this.#items.clear()
  }

  /** Does what is due up to this time, with all that promises do in between. */
  async runUntil(end: number): Promise<void> {
    await turn()
    for (let next = this.#next(); next && next[1].at <= end; next = this.#next()) {
      const [key, { at, run, repeat }] = next
      this.now = at
      if (repeat === undefined) this.#items.delete(key)
      else this.#items.set(key, { at: at + repeat, repeat, run })
      run()
      await turn()
    }
    this.now = end
  }

  #next(): [number, Item] | undefined {
    return [...this.#items].sort(([one, a], [other, b]) => a.at - b.at || one - other)[0]
  }
}
