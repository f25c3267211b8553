import { EventEmitter } from 'node:events'

type Done = (error?: Error | null) => void

/** Who reads what is written. */
export interface InputReader {
  data(chunk: Buffer): void
  end(): void
  /** Whether anybody is there to read. */
  isOpen(): boolean
}

/** The writing end of a simulated pipe: of `Writable` what supervisors use of it. It never is full. */
export class SimulatedWritable extends EventEmitter {
  destroyed = false
  closed = false
  writableEnded = false
  writableFinished = false
  readonly #reader: InputReader

  constructor(reader: InputReader) {
    super()
    this.#reader = reader
  }

  get writable(): boolean {
    return !this.destroyed && !this.writableEnded
  }

  write(chunk: Buffer | string, encoding?: BufferEncoding | Done, done?: Done): boolean {
    const after = typeof encoding === 'function' ? encoding : done
    const error = this.#problem()
    if (error) {
      process.nextTick(() => {
        after?.(error)
        // Who has destroyed it knows.
        if (!this.destroyed) this.destroy(error)
      })
      return false
    }
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(encoding)) : Buffer.from(chunk)
    this.#reader.data(bytes)
    if (after) process.nextTick(() => after())
    return true
  }

  end(chunk?: Buffer | string | Done, encoding?: BufferEncoding | Done, done?: Done): this {
    const after = [chunk, encoding, done].find((one) => typeof one === 'function')
    if (chunk !== undefined && typeof chunk !== 'function') this.write(chunk, encodingOf(encoding))
    if (after) this.once('finish', after)
    if (this.writableEnded || this.destroyed) return this
    this.writableEnded = true
    this.#reader.end()
    process.nextTick(() => {
      if (this.destroyed) return
      this.writableFinished = true
      this.emit('finish')
      this.destroy()
    })
    return this
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this
    this.destroyed = true
    if (!this.writableEnded) this.#reader.end()
    process.nextTick(() => {
      if (error) this.emit('error', error)
      this.closed = true
      this.emit('close')
    })
    return this
  }

  cork(): void {}

  uncork(): void {}

  setDefaultEncoding(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  #problem(): Error | undefined {
    if (this.destroyed)
      return withCode('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed')
    if (this.writableEnded) return withCode('ERR_STREAM_WRITE_AFTER_END', 'write after end')
    if (!this.#reader.isOpen())
      return Object.assign(withCode('EPIPE', 'write EPIPE'), { errno: -32, syscall: 'write' })
    return undefined
  }
}

function encodingOf(encoding: BufferEncoding | Done | undefined): BufferEncoding | undefined {
  return typeof encoding === 'string' ? encoding : undefined
}

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
