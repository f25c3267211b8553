import http from 'node:http'
import type { Duplex, Writable } from 'node:stream'

import type { Arrival } from './arrival.ts'
import { ABSOLUTE, absoluteUrl, type Call, filterHeaders, headerOf, isHopByHop, type Reply } from './call.ts'

/** Whom an HTTP/1 server tells. */
export interface Http1Events {
  onCall(call: Call): void
  /** A client wants to speak something else from here on. `head` is what it has said of that. */
  onUpgrade(arrival: Arrival, request: http.IncomingMessage, socket: Duplex, head: Buffer): void
  onConnect(arrival: Arrival, request: http.IncomingMessage, socket: Duplex, head: Buffer): void
  /** What came is no HTTP/1. */
  onGarbage(arrival: Arrival, text: string): void
}

const { createServer } = http
const { nextTick } = process

/** As large as any server takes. Bytes. */
const MAX_HEADER_SIZE = 256 * 1024

/** Speaks HTTP/1 over connections that are handed to it. It listens nowhere, and sets no timer. */
export class Http1 {
  readonly #server: http.Server
  readonly #arrivals = new WeakMap<object, Arrival>()

  constructor(events: Http1Events) {
    this.#server = createServer({ requireHostHeader: false, maxHeaderSize: MAX_HEADER_SIZE })
    Object.assign(this.#server, { timeout: 0, requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 })
    const arrivalOf = (socket: object): Arrival => {
      const arrival = this.#arrivals.get(socket)
      if (arrival) return arrival
      throw new Error('A request came over a connection that was never handed over.')
    }
    this.#server.on('request', (request, response) => {
      const call = callOf(arrivalOf(request.socket), request, response)
      // What has come together with the head is then there, and need not be streamed.
      if (call.hasBody) nextTick(() => events.onCall(call))
      else events.onCall(call)
    })
    this.#server.on('upgrade', (request, socket, head: Buffer) => {
      const arrival = arrivalOf(request.socket)
      if (isWebSocket(request)) events.onUpgrade(arrival, request, socket, head)
      else void this.#declineUpgrade(arrival, request, socket, head)
    })
    this.#server.on('connect', (request, socket, head: Buffer) => {
      events.onConnect(arrivalOf(request.socket), request, socket, head)
    })
    this.#server.on('clientError', (error: ParseError, socket) => {
      const arrival = arrivalOf(socket)
      if (error.rawPacket) events.onGarbage(arrival, error.rawPacket.toString('latin1'))
      else arrival.raw.destroy()
    })
  }

  take(arrival: Arrival): void {
    this.#arrivals.set(arrival.socket, arrival)
    this.#server.emit('connection', arrival.socket)
    arrival.socket.resume()
  }

  /** Answers over HTTP/1.1, as a server may, a client that would rather speak something else, such as `h2c`. */
  async #declineUpgrade(
    arrival: Arrival,
    request: http.IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const headers = filterHeaders(request.rawHeaders, (name) => !isHopByHop(name) || /^(te|tr)/i.test(name))
    const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`]
    for (let at = 0; at < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`)
    const body = await bodyAsSent(request).catch(() => undefined)
    if (!body) return void arrival.raw.destroy()
    const bytes = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body, head])
    socket.unshift(bytes)
    this.take(arrival)
  }
}

/** Node 26 takes the body of a request that offers an upgrade for the request's; before, it is what follows the request. */
async function bodyAsSent(request: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = Buffer.concat(parts)
  if (body.length === 0 || request.headers['transfer-encoding'] === undefined) return body
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])
}

type ParseError = Error & { readonly rawPacket?: Buffer }

function isWebSocket(request: http.IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket'
}

function callOf(arrival: Arrival, request: http.IncomingMessage, response: http.ServerResponse): Call {
  const { rawHeaders } = request
  return {
    arrival,
    method: request.method ?? 'GET',
    url: absoluteUrl(request.url ?? '/', request.headers.host, arrival),
    headers: rawHeaders.some(isForProxies)
      ? filterHeaders(rawHeaders, (name) => !isForProxies(name))
      : rawHeaders,
    body: request,
    hasBody:
      request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0,
    reply: new Http1Reply(arrival, response),
    targetIsAbsolute: ABSOLUTE.test(request.url ?? ''),
    proxyAuthorization: request.headers['proxy-authorization'],
  }
}

/** What a client says to a proxy on its way, and nobody else. */
export function isForProxies(name: string): boolean {
  return name.length > 6 && name.slice(0, 6).toLowerCase() === 'proxy-'
}

class Http1Reply implements Reply {
  readonly out: Writable
  readonly #arrival: Arrival
  readonly #response: http.ServerResponse
  #broken = false

  constructor(arrival: Arrival, response: http.ServerResponse) {
    this.#arrival = arrival
    this.#response = response
    this.out = response
    // What the handlers give, and nothing that is different each time.
    response.sendDate = false
  }

  head(status: number, text: string, headers: readonly string[]): void {
    const kept = filterHeaders(headers, (name) => name.toLowerCase() !== 'transfer-encoding')
    if (/\bclose\b/i.test(headerOf(kept, 'connection') ?? '')) this.#response.shouldKeepAlive = false
    if (text === '') this.#response.writeHead(status, kept)
    else this.#response.writeHead(status, text, kept)
  }

  endAfter(): void {
    this.#response.shouldKeepAlive = false
  }

  trailers(headers: readonly string[]): void {
    const pairs: [string, string][] = []
    for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([headers[at] ?? '', headers[at + 1] ?? ''])
    this.#response.addTrailers(pairs)
  }

  reset(): void {
    this.#broken = true
    this.#arrival.reset()
  }

  cut(): void {
    this.#broken = true
    this.#response.flushHeaders()
    this.#arrival.end()
  }

  onEnd(listener: (complete: boolean) => void): void {
    const response = this.#response
    const complete = (): boolean => this.#broken || response.writableFinished
    if (response.closed) listener(complete())
    else response.once('close', () => listener(complete()))
  }
}
