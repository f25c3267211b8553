import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

import { SuperviseError } from '../errors.ts'
import { printable } from '../printable.ts'
import { Notifier } from '../wait.ts'

/** How much of an output is kept. UTF-16 units, so at least as many bytes. */
const KEPT = 1024 * 1024

/**
 * What an agent printed on one stream. Iterating gives the lines from the first that is kept to the end of the stream,
 * without their line ends; a last line without one is given when the stream ends. Every iterator sees every line.
 */
export class AgentOutput implements AsyncIterable<string> {
  readonly #name: string
  readonly #epilogue: () => Promise<string>
  #text = ''
  #dropped = 0
  #ended = false
  readonly #changed = new Notifier()

  /**
   * @param name how messages call it, as in `stdout of agent "web"`
   * @param epilogue what to add for who has waited for a line in vain
   */
  constructor(stream: Readable, name: string, epilogue = async (): Promise<string> => '') {
    this.#name = name
    this.#epilogue = epilogue
    const decoder = new StringDecoder('utf8')
    stream.on('data', (chunk: Buffer) => this.#append(decoder.write(chunk)))
    stream.once('close', () => {
      this.#append(decoder.end())
      this.#ended = true
      this.#changed.notify()
    })
    // A pipe that breaks is one that has ended: 'close' follows.
    stream.on('error', () => {})
  }

  /** What was printed so far: the last MiB of it. */
  get text(): string {
    return this.#text.slice(-KEPT)
  }

  /** Whether `text` lacks the beginning. */
  get truncated(): boolean {
    return this.#dropped > 0 || this.#text.length > KEPT
  }

  /**
   * The first line, past or future, that equals or holds the string or matches the expression.
   * Rejects with `ERR_AGENT_EXITED` when the output ends without one, or with the reason of `signal`.
   */
  async line(match: string | RegExp, options: { signal?: AbortSignal } = {}): Promise<string> {
    for await (const line of this.#lines(options.signal)) {
      if (typeof match === 'string' ? line.includes(match) : line.search(match) !== -1) return line
    }
    throw new SuperviseError(
      'ERR_AGENT_EXITED',
      `${this.#name} ended without a line that matches ${String(match)}. ${this.lastLines()}${await this.#epilogue()}`,
      { match: String(match) },
    )
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.#lines()
  }

  /** The last lines, as a sentence for a message. */
  lastLines(count = 10): string {
    const lines = this.#text.trimEnd().split('\n').slice(-count)
    return lines.join('').trim() === ''
      ? `Nothing was printed on ${this.#name}.`
      : `The last lines on ${this.#name}:\n${lines.map((line) => `    ${printable(line)}`).join('\n')}`
  }

  /** The end of it under its name, for a report; undefined when nothing was printed. */
  excerpt(count = 50): string | undefined {
    if (this.#text === '') return undefined
    const lines = this.#text.trimEnd().split('\n')
    const left = lines.length > count || this.truncated ? `, the last ${count} lines` : ''
    return [
      `${this.#name}${left}:`,
      ...lines.slice(-count).map((line) => `    ${printable(line.replace(/\r$/, ''))}`),
    ].join('\n')
  }

  async *#lines(signal?: AbortSignal): AsyncGenerator<string, void, undefined> {
    let next = 0
    let searched = 0
    for (;;) {
      signal?.throwIfAborted()
      const start = Math.max(next - this.#dropped, 0)
      const end = this.#text.indexOf('\n', Math.max(searched - this.#dropped, start))
      if (end !== -1) {
        next = searched = this.#dropped + end + 1
        const line = this.#text.slice(start, end)
        yield line.endsWith('\r') ? line.slice(0, -1) : line
        continue
      }
      searched = this.#dropped + this.#text.length
      if (this.#ended) {
        if (start < this.#text.length) yield this.#text.slice(start)
        return
      }
      await this.#changed.wait(signal)
    }
  }

  #append(text: string): void {
    if (text === '') return
    this.#text += text
    if (this.#text.length > 2 * KEPT) {
      // Only whole lines are dropped, unless one is so long that what is to be dropped ends within it.
      const surplus = this.#text.length - KEPT
      const lineStart = this.#text.lastIndexOf('\n', surplus - 1) + 1
      const cut = lineStart > surplus / 2 ? lineStart : surplus
      this.#text = this.#text.slice(cut)
      this.#dropped += cut
    }
    this.#changed.notify()
  }
}
