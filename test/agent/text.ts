import type { Readable } from 'node:stream'

/** Collects what a stream says, and waits for parts of it. */
export class Text {
  all = ''
  /** Settles when the stream has ended or broken. */
  readonly ended: Promise<void>
  readonly #watchers = new Set<() => void>()
  #over = false

  constructor(stream: Readable) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      this.all += chunk
      this.#changed()
    })
    this.ended = new Promise((resolve) => {
      stream
        .on('error', () => {})
        .once('close', () => {
          this.#over = true
          this.#changed()
          resolve()
        })
    })
  }

  /** Resolves once `part` has been said. Rejects when the stream ends without it. */
  async says(part: string): Promise<void> {
    while (!this.all.includes(part)) {
      if (this.#over)
        throw new Error(`The stream ended without ${JSON.stringify(part)}: ${JSON.stringify(this.all)}`)
      await new Promise<void>((resolve) => this.#watchers.add(resolve))
    }
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
    this.#watchers.clear()
  }
}
