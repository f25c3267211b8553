import http2 from 'node:http2'

import type { Arrival } from './arrival.ts'
import { absoluteUrl, type Call, filterHeaders, isHopByHop, type Reply } from './call.ts'

export interface Http2Events {
  onCall(call: Call): void
  /** What came is no HTTP/2. */
  onGarbage(arrival: Arrival, text: string): void
}

const { performServerHandshake, constants } = http2

/** The first bytes of a connection that speaks HTTP/2 without TLS. RFC 9113, section 3.4. */
export const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** Speaks HTTP/2 over a connection. */
export function takeHttp2(arrival: Arrival, events: Http2Events): void {
  const session = performServerHandshake(arrival.socket)
  const streams = new Set<http2.ServerHttp2Stream>()
  session.on('error', (error) => {
    if (!arrival.raw.destroyed) events.onGarbage(arrival, error.message)
  })
  session.on('stream', (stream, headers, _flags, ...rest) => {
    stream.on('error', () => {}) // Its end is heard of otherwise.
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
    // Names and values in turn, which the types do not know of.
    const [raw = []] = rest as unknown as [string[]?]
    if (headers.expect === '100-continue')
      stream.additionalHeaders({ ':status': constants.HTTP_STATUS_CONTINUE })
    events.onCall(callOf(arrival, stream, headers, raw))
  })
  // Over TLS Node keeps a session whose client has gone until it writes to it.
  arrival.socket.once('end', () => {
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL)
    session.destroy()
  })
  // Of no use to anybody once its client has said goodbye, and Node leaves it open.
  session.on('close', () => arrival.raw.destroy())
}

function callOf(
  arrival: Arrival,
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  raw: readonly string[],
): Call {
  const kept = filterHeaders(raw, (name) => !name.startsWith(':'))
  return {
    arrival,
    method: headers[':method'] ?? 'GET',
    url: absoluteUrl(headers[':path'] ?? '/', headers[':authority'] ?? headers.host, arrival),
    headers: kept,
    body: stream,
    hasBody: !stream.endAfterHeaders,
    reply: new Http2Reply(stream),
  }
}

class Http2Reply implements Reply {
  readonly out: http2.ServerHttp2Stream
  #broken = false

  constructor(stream: http2.ServerHttp2Stream) {
    this.out = stream
  }

  head(status: number, _text: string, headers: readonly string[]): void {
    if (this.out.closed || this.out.destroyed) return
    const all: Record<string, string[] | string> = {}
    for (let at = 0; at + 1 < headers.length; at += 2) {
      const name = (headers[at] ?? '').toLowerCase()
      if (isHopByHop(name)) continue
      const value = headers[at + 1] ?? ''
      const known = all[name]
      if (known === undefined) all[name] = value
      else if (name === 'set-cookie') all[name] = [...(Array.isArray(known) ? known : [known]), value]
      else all[name] = `${String(known)}, ${value}`
    }
    const options = { sendDate: false } as http2.ServerStreamResponseOptions
    this.out.respond({ ':status': status, ...all }, options)
  }

  endAfter(): void {
    this.out.session?.close()
  }

  trailers(): void {}

  reset(): void {
    this.#broken = true
    this.out.close(constants.NGHTTP2_INTERNAL_ERROR)
  }

  cut(): void {
    this.reset()
  }

  onEnd(listener: (complete: boolean) => void): void {
    const { out } = this
    // Not by `writableFinished`: a stream whose both ends are over is closed before it has said so.
    const complete = (): boolean =>
      this.#broken || (out.writableEnded && out.rstCode === constants.NGHTTP2_NO_ERROR)
    if (out.closed && out.destroyed) listener(complete())
    else out.once('close', () => listener(complete()))
  }
}
