/** Real ms. */
const LIFETIME = 1000

/** The pids of processes that are older than this one, as long as nobody else can have been given them. */
export class Elders {
  readonly #pids = new Set<number>()
  #lastPid = 0
  #checkedAt = 0

  /**
   * Forgets all when the kernel's counter of pids has wrapped, and after a second in any case.
   * @param lastPid the last one that the kernel has given out
   * @param now real ms
   */
  refresh(lastPid: number, now: number): void {
    if (lastPid < this.#lastPid || now - this.#checkedAt > LIFETIME) {
      this.#pids.clear()
      this.#checkedAt = now
    }
    this.#lastPid = lastPid
  }

  has(pid: number): boolean {
    return this.#pids.has(pid)
  }

  add(pid: number): void {
    this.#pids.add(pid)
  }
}
