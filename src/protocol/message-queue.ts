import type { Json } from '../json.ts'
import { Notifier } from '../wait.ts'

interface Waiting {
  readonly message: Json
  readonly weight: number
}

/** How many messages that have been taken are left in the way before they are cleared away. */
const CLEARING = 1024

/**
 * Messages in the order in which they came, kept from the start until somebody takes them. Each is taken once: two
 * iterators share the queue. When the connection has ended and the queue is empty, iteration ends, or throws the error for
 * which the connection was ended.
 */
export class MessageQueue {
  readonly #onTaken: (weight: number) => void
  #waiting: (Waiting | undefined)[] = []
  /** How many of them have been taken: an array gives its first away in no constant time. */
  #taken = 0
  readonly #changed = new Notifier()
  #ended = false
  #error: Error | undefined

  /** @param onTaken told the weight of each message that somebody takes */
  constructor(onTaken: (weight: number) => void = () => {}) {
    this.#onTaken = onTaken
  }

  push(message: Json, weight = 0): void {
    this.#waiting.push({ message, weight })
    this.#changed.notify()
  }

  /** @param error what iterators throw when the queue is empty, if it did not end in order */
  end(error?: Error): void {
    this.#ended = true
    this.#error = error
    this.#changed.notify()
  }

  async *take(signal?: AbortSignal): AsyncGenerator<Json, void, undefined> {
    for (;;) {
      signal?.throwIfAborted()
      const next = this.#next()
      if (next !== undefined) yield next.message
      else if (this.#error) throw this.#error
      else if (this.#ended) return
      else await this.#changed.wait(signal)
    }
  }

  #next(): Waiting | undefined {
    const next = this.#waiting[this.#taken]
    if (next === undefined) return undefined
    this.#waiting[this.#taken++] = undefined
    if (this.#taken >= CLEARING && this.#taken * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#taken)
      this.#taken = 0
    }
    this.#onTaken(next.weight)
    return next
  }
}
