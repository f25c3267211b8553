import { EventEmitter } from 'node:events'
import { StringDecoder } from 'node:string_decoder'

/** What a stream is piped into. */
interface Destination {
  write(chunk: Buffer | string): unknown
  end(): unknown
}

/**
 * The reading end of a simulated pipe: of `Readable` what supervisors use of it, without what makes that slow. Chunks are
 * buffers until `setEncoding`; what nobody reads is kept. No backpressure: its writer never waits.
 */
export class SimulatedReadable extends EventEmitter implements AsyncIterable<Buffer | string> {
  destroyed = false
  closed = false
  readableEnded = false
  /** Null: nobody has asked for anything yet. */
  readableFlowing: boolean | null = null
  #chunks: (Buffer | string)[] = []
  #atEnd = false
  #decoder: StringDecoder | undefined
  #scheduled = false
  readonly #schedule: (close: () => void) => void

  /** @param schedule has it closed, soon */
  constructor(schedule: (close: () => void) => void = (close) => process.nextTick(close)) {
    super()
    this.#schedule = schedule
  }

  get readable(): boolean {
    return !this.destroyed && !this.readableEnded
  }

  /** @internal What its process has written; null: nothing more will come. */
  push(data: Buffer | null): void {
    if (this.destroyed || this.#atEnd) return
    const chunk = data === null ? this.#decoder?.end() : (this.#decoder?.write(data) ?? data)
    if (data === null) this.#atEnd = true
    if (chunk !== undefined && chunk.length > 0) {
      if (this.readableFlowing === true && this.#chunks.length === 0) this.emit('data', chunk)
      else this.#chunks.push(chunk)
    }
    if (this.readableFlowing !== true) this.#tellReadable()
    if (this.#atEnd) this.#finish()
  }

  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    super.on(event, listener as (...args: unknown[]) => void)
    if (event === 'data' && this.readableFlowing !== false) this.resume()
    if (event === 'readable') {
      this.readableFlowing = false
      this.#tellReadable()
    }
    return this
  }

  override addListener(event: string | symbol, listener: (...args: never[]) => void): this {
    return this.on(event, listener)
  }

  setEncoding(encoding: BufferEncoding): this {
    const decoder = new StringDecoder(encoding)
    this.#decoder = decoder
    this.#chunks = this.#chunks.map((chunk) => (typeof chunk === 'string' ? chunk : decoder.write(chunk)))
    return this
  }

  resume(): this {
    this.readableFlowing = true
    if (this.#scheduled) return this
    this.#scheduled = true
    process.nextTick(() => {
      this.#scheduled = false
      this.#flow()
    })
    return this
  }

  pause(): this {
    this.readableFlowing = false
    return this
  }

  isPaused(): boolean {
    return this.readableFlowing === false
  }

  /** All that is there; null if nothing is. */
  read(): Buffer | string | null {
    const chunks = this.#chunks
    this.#chunks = []
    this.#finish()
    if (chunks.length === 0) return null
    return this.#decoder ? chunks.join('') : Buffer.concat(chunks as Buffer[])
  }

  pipe<To extends Destination>(to: To, options: { end?: boolean } = {}): To {
    this.on('data', (chunk: Buffer | string) => void to.write(chunk))
    if (options.end !== false) this.once('end', () => void to.end())
    return to
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this
    this.destroyed = true
    this.#chunks = []
    this.#schedule(() => {
      if (error) this.emit('error', error)
      this.closed = true
      this.emit('close')
    })
    return this
  }

  /** Changes nothing: a simulation is no process that a pipe could keep alive. */
  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer | string, void, undefined> {
    let wake = (): void => {}
    let failure: Error | undefined
    const chunks: (Buffer | string)[] = []
    this.on('data', (chunk: Buffer | string) => {
      chunks.push(chunk)
      wake()
    })
    this.once('error', (error: Error) => (failure = error))
    this.once('close', () => wake())
    try {
      for (;;) {
        const chunk = chunks.shift()
        if (chunk !== undefined) yield chunk
        else if (failure) throw failure
        else if (this.closed) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      this.destroy()
    }
  }

  #flow(): void {
    while (this.readableFlowing === true && this.#chunks.length > 0) this.emit('data', this.#chunks.shift())
    this.#finish()
  }

  #tellReadable(): void {
    if (this.listenerCount('readable') === 0) return
    process.nextTick(() => {
      if (this.readable && (this.#chunks.length > 0 || this.#atEnd)) this.emit('readable')
    })
  }

  /** Its end is heard when all before it has been read. */
  #finish(): void {
    if (!this.#atEnd || this.readableEnded || this.destroyed || this.#chunks.length > 0) return
    if (this.readableFlowing === null) return
    process.nextTick(() => {
      if (this.readableEnded || this.destroyed) return
      this.readableEnded = true
      this.emit('end')
      this.destroy()
    })
  }
}
