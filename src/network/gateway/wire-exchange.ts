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

const { Headers } = globalThis

/**
 * A request that came over a connection, for whoever answers it. Throws what `Request` throws for a method or a URL that
 * it refuses.
 */
export class WireExchange implements Exchange {
  readonly client: Client
  readonly request: Request
  readonly #call: Call
  #ended: 'sent' | 'aborted' | undefined

  constructor(call: Call) {
    const abortion = new Abortion()
    const { method, headers, body } = call
    const expected = call.hasBody && !isBodiless(method)
    const whole = expected ? wholeBody(body) : undefined
    const read = expected && !whole ? bodyStream(body, () => abortion.abort()) : undefined
    try {
      this.request = abortableRequest(
        call.url,
        {
          method,
          headers: headersOf(headers),
          redirect: 'manual',
          ...(whole && { body: whole }),
          ...(read && { body: read.stream, duplex: 'half' }),
        },
        abortion,
      )
    } finally {
      if (!read) body.resume()
    }
    this.client = call.arrival.client
    this.#call = call
    const over = call.arrival.begin()
    call.reply.onEnd((complete) => {
      over()
      this.#ended = complete ? 'sent' : 'aborted'
      if (!complete) abortion.abort()
      read?.release()
    })
  }

  get place(): Place {
    return placeOf(new URL(this.#call.url), this.#call.arrival)
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
  if (!(body instanceof IncomingMessage) || !body.complete) return undefined
  return body.read() as Uint8Array<ArrayBuffer>
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '')
  return headers
}
