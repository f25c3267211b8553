import type { Json } from '../json.ts'
import { Notifier } from '../wait.ts'

/**
 * Messages in the order in which they came, kept from the start until somebody takes them. Each is taken once: two
 * iterators share the queue. Iteration ends when the connection has ended and the queue is empty.
 */
export class MessageQueue {
  readonly #waiting: Json[] = []
  readonly #changed = new Notifier()
  #ended = false

  push(message: Json): void {
    this.#waiting.push(message)
    this.#changed.notify()
  }

  end(): void {
    this.#ended = true
    this.#changed.notify()
  }

  async *take(signal?: AbortSignal): AsyncGenerator<Json, void, undefined> {
    for (;;) {
      signal?.throwIfAborted()
      const message = this.#waiting.shift()
      if (message !== undefined) yield message
      else if (this.#ended) return
      else await this.#changed.wait(signal)
    }
  }
}
