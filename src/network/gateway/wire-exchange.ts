import { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

import type { Client } from '../client.ts'
import type { Delivery, Exchange } from '../exchange.ts'
import { bodyStream } from './body-stream.ts'
import { type Call, isBodiless } from './call.ts'
import { forwardCall } from './forward.ts'
import { type Place, placeOf } from './real-server.ts'
import { abortableRequest, Abortion } from './wire-request.ts'
import { sendResponse } from './send-response.ts'

/**
 * A request that came over a connection, for whoever answers it. Throws what `Request` throws for a method or a URL that
 * it refuses.
 */
export class WireExchange implements Exchange {
  readonly client: Client
  readonly request: Request
  readonly #call: Call
  readonly #abortion = new Abortion()
  #ended: 'sent' | 'aborted' | undefined

  constructor(call: Call) {
    const { method, headers, body } = call
    const expected = call.hasBody && !isBodiless(method)
    const whole = expected ? wholeBody(body) : undefined
    const read = expected && !whole ? bodyStream(body, () => this.#abortion.abort()) : undefined
    try {
      this.request = abortableRequest(
        call.url,
        {
          method,
          redirect: 'manual',
          ...(whole && { body: whole }),
          ...(read && { body: read.stream, duplex: 'half' }),
        },
        this.#abortion,
      )
      for (let at = 0; at + 1 < headers.length; at += 2) {
        this.request.headers.append(headers[at] ?? '', headers[at + 1] ?? '')
      }
    } finally {
      if (!read) body.resume()
    }
    this.client = call.arrival.client
    this.#call = call
    const over = call.arrival.begin()
    call.reply.onEnd((complete) => {
      over()
      this.#ended = complete ? 'sent' : 'aborted'
      if (!complete) this.#abortion.abort()
      read?.release()
    })
  }

  get turn(): number {
    return this.#call.arrival.turn
  }

  get place(): Place {
    return placeOf(new URL(this.#call.url), this.#call.arrival)
  }

  onAbort(listener: () => void): void {
    this.#abortion.onAbort(listener)
  }

  async respond(response: Response, truncateAt?: number): Promise<Delivery> {
    if (this.#ended !== undefined) {
      void response.body?.cancel().catch(() => {})
      return this.#ended
    }
    try {
      return await sendResponse(this.#call, response, truncateAt)
    } catch (error) {
      // Of a response whose body has been used, for one: the client is not to wait for it.
      this.reset()
      throw error
    }
  }

  endAfter(): void {
    this.#call.reply.endAfter()
  }

  reset(): void {
    this.#call.reply.reset()
  }

  stall(): void {}

  forward(): Promise<number> {
    return forwardCall(this.#call, this.request)
  }
}

/** The body, if all of it is there. */
function wholeBody(body: Readable): Uint8Array<ArrayBuffer> | undefined {
  if (!(body instanceof IncomingMessage)) return undefined
  // Node runs what waits for the next tick between the body and the end of the message.
  const { 'content-length': length } = body.headers
  if (!body.complete && (length === undefined || body.readableLength !== Number(length))) return undefined
  return body.read() as Uint8Array<ArrayBuffer>
}
