import type { Readable } from 'node:stream'
import type { ReadableStreamDefaultController } from 'node:stream/web'

const { ReadableStream } = globalThis

/** The body of a request as a handler reads it. */
export interface BodyStream {
  readonly stream: ReadableStream<Uint8Array>
  /** The request has been answered: what is still to come is for whoever reads it, without holding up the connection. */
  release(): void
}

/**
 * Reads no faster than the stream is read. Ends with an `AbortError` if the client goes before its end.
 * @param onBreak told of that before
 */
export function bodyStream(source: Readable, onBreak: () => void): BodyStream {
  let controller!: ReadableStreamDefaultController<Uint8Array>
  let open = true
  let released = false
  const stream: ReadableStream<Uint8Array> = new ReadableStream({
    start(given) {
      controller = given
    },
    pull() {
      source.resume()
    },
    cancel() {
      open = false
      source.resume()
    },
  })
  const end = (finish: () => void): void => {
    if (open) finish()
    open = false
  }
  source.on('data', (chunk: Buffer) => {
    if (!open) return
    if (released && !stream.locked) return end(() => controller.close())
    // Handlers may keep what they get, and hand it on: not a part of what Node reads into.
    controller.enqueue(new Uint8Array(chunk))
    if (!released && (controller.desiredSize ?? 1) <= 0) source.pause()
  })
  source.once('end', () => end(() => controller.close()))
  source.once('close', () =>
    end(() => {
      onBreak()
      controller.error(new DOMException('The client has gone before the end of its request.', 'AbortError'))
    }),
  )
  source.pause()
  return {
    stream,
    release() {
      released = true
      source.resume()
    },
  }
}
