/** What a heap holds: due at a time, and after all that was put in before it for the same time. */
export interface HeapEntry {
  readonly at: number
  readonly order: number
  /** Where in the heap it is; -1 outside. The heap's own. */
  index: number
}

/** A binary heap: the entry that is due first is on top, and any can be taken out, in logarithmic time. */
export class Heap<Entry extends HeapEntry> {
  readonly #entries: Entry[] = []

  get size(): number {
    return this.#entries.length
  }

  get top(): Entry | undefined {
    return this.#entries[0]
  }

  push(entry: Entry): void {
    this.#entries.push(entry)
    this.#rise(entry, this.#entries.length - 1)
  }

  /** Takes it out, if it is in. */
  remove(entry: Entry): void {
    const { index } = entry
    if (index < 0) return
    entry.index = -1
    const last = this.#entries.pop()
    if (last === undefined || last === entry) return
    const parent = this.#entries[(index - 1) >> 1]
    if (index > 0 && parent !== undefined && isBefore(last, parent)) this.#rise(last, index)
    else this.#sink(last, index)
  }

  /** Its entries, the first one first. */
  sorted(): Entry[] {
    return this.#entries.toSorted((one, other) => (isBefore(one, other) ? -1 : 1))
  }

  #rise(entry: Entry, from: number): void {
    const entries = this.#entries
    let index = from
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = entries[above]
      if (parent === undefined || !isBefore(entry, parent)) break
      entries[index] = parent
      parent.index = index
      index = above
    }
    entries[index] = entry
    entry.index = index
  }

  #sink(entry: Entry, from: number): void {
    const entries = this.#entries
    let index = from
    for (;;) {
      let below = 2 * index + 1
      let child = entries[below]
      const other = entries[below + 1]
      if (child === undefined) break
      if (other !== undefined && isBefore(other, child)) {
        child = other
        below += 1
      }
      if (!isBefore(child, entry)) break
      entries[index] = child
      child.index = index
      index = below
    }
    entries[index] = entry
    entry.index = index
  }
}

function isBefore(one: HeapEntry, other: HeapEntry): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
