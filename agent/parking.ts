import type { Channel } from './channel.ts'

/**
 * Tells the test `parked {seen}` whenever the agent has come to rest: until another frame, a signal or standard
 * input comes, nothing will happen here. Waits for the test's `go` are rest; a process or a server that is being
 * started is not, and is bracketed by {@link during}.
 */
export class Parking {
  readonly #channel: Channel
  #busy = 0
  #scheduled = false

  /** Speaks up from the moment on when the channel listens, and after everything that comes or goes there. */
  constructor(channel: Channel) {
    this.#channel = channel
    channel.onActivity = () => this.touch()
  }

  /** Something has happened, so the last `parked` is out of date. */
  touch(): void {
    if (this.#scheduled || !this.#channel.listening) return
    this.#scheduled = true
    // After a whole turn: what this one has set off and what has come meanwhile is then under way, too.
    setImmediate(() => setImmediate(() => this.#park()))
  }

  /** The agent is not at rest before this has settled. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#busy++
    try {
      return await work
    } finally {
      this.#busy--
      this.touch()
    }
  }

  #park(): void {
    this.#scheduled = false
    if (this.#busy > 0 || this.#channel.busy > 0) return
    // What waits for the test to read, such as a fault for its confirmation, is still to happen.
    if (!this.#channel.flushed) return this.#channel.whenSent(() => this.touch())
    this.#channel.send({ t: 'parked', seen: this.#channel.seen })
  }
}
