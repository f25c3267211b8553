import type { Json } from '../json.ts'
import { Notifier } from '../wait.ts'

/**
 * Messages in the order in which they came, kept from the start until somebody takes them. Each is taken once: two
 * iterators share the queue. When the connection has ended and the queue is empty, iteration ends, or throws the error for
 * which the connection was ended.
 */
export class MessageQueue {
  readonly #waiting: Json[] = []
  readonly #changed = new Notifier()
  #ended = false
  #error: Error | undefined

  push(message: Json): void {
    this.#waiting.push(message)
    this.#changed.notify()
  }

  end(error?: Error): void {
    this.#ended = true
    this.#error = error
    this.#changed.notify()
  }

  async *take(signal?: AbortSignal): AsyncGenerator<Json, void, undefined> {
    for (;;) {
      signal?.throwIfAborted()
      const message = this.#waiting.shift()
      if (message !== undefined) yield message
      else if (this.#error !== undefined) throw this.#error
      else if (this.#ended) return
      else await this.#changed.wait(signal)
    }
  }
}
