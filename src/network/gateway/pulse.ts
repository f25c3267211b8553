import { realNow, realSetTimeout } from '../../real-time.ts'

/** The ticks of undici, for which it is there. Milliseconds of real time. */
const BEAT_MS = 499

interface Sleeper {
  readonly due: number
  readonly wake: () => void
}

/**
 * Wakes whoever asks for it, all at the same beat: each wakes a process up, and twice a second is often enough to disturb a
 * test. It beats only while somebody waits for it, and holds no process.
 */
export class Pulse {
  readonly #sleepers = new Set<Sleeper>()
  #beating = false

  /**
   * Calls `wake` at the beat that is nearest to `ms` from now: up to half a beat earlier or later.
   *
   * @returns forgets it
   */
  after(ms: number, wake: () => void): () => void {
    const sleeper: Sleeper = { due: realNow() + ms, wake }
    this.#sleepers.add(sleeper)
    this.#beat()
    return () => this.#sleepers.delete(sleeper)
  }

  #beat(): void {
    if (this.#beating || this.#sleepers.size === 0) return
    this.#beating = true
    realSetTimeout(() => {
      this.#beating = false
      const until = realNow() + BEAT_MS / 2
      const woken = [...this.#sleepers].filter(({ due }) => due <= until)
      for (const sleeper of woken) this.#sleepers.delete(sleeper)
      for (const { wake } of woken) wake()
      this.#beat()
    }, BEAT_MS).unref()
  }
}
