import tls from 'node:tls'
import type net from 'node:net'
import type { Duplex } from 'node:stream'

import type { Answerer } from '../answerer.ts'
import type { Authority } from '../certificates/authority.ts'
import { Arrival, type ArrivalParts } from './arrival.ts'
import type { Call } from './call.ts'
import { beginsTls, readClientHello } from './client-hello.ts'
import { Http1 } from './http1.ts'
import { HTTP2_PREFACE, takeHttp2 } from './http2.ts'
import { offerUpgrade } from './wire-upgrade.ts'
import { WireExchange } from './wire-exchange.ts'

const { TLSSocket } = tls

/** What a method of HTTP begins with, and how long it may be. */
const METHOD = /^[!#$%&'*+.^`|~\w-]{1,40}( |$)/

export interface DoorParts {
  readonly answerer: Answerer
  readonly authority: Authority
}

/** Takes the connections of a gateway, finds out what they speak, and hands on what they ask for. */
export class Door {
  /** The connections to real servers. */
  readonly outgoing = new Set<net.Socket>()
  readonly #answerer: Answerer
  readonly #authority: Authority
  readonly #arrivals = new Set<Arrival>()
  readonly #http1: Http1

  constructor({ answerer, authority }: DoorParts) {
    this.#answerer = answerer
    this.#authority = authority
    this.#http1 = new Http1({
      onCall: (call) => this.answer(call),
      onUpgrade: (arrival, request, socket, head) =>
        void offerUpgrade({ arrival, request, socket, head }, answerer),
      onConnect: (arrival, request, socket) => {
        this.#unintelligible(arrival, `CONNECT ${request.url}`)
        socket.end('HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      },
      onGarbage: (arrival, text) => this.#refuse(arrival, text),
    })
  }

  /** Takes a connection. */
  take(parts: Omit<ArrivalParts, 'outgoing'>): Arrival {
    const arrival = new Arrival({ ...parts, outgoing: this.outgoing })
    this.#arrivals.add(arrival)
    arrival.onEnd(() => this.#arrivals.delete(arrival))
    firstBytes(arrival.raw, (bytes) => this.#sniff(arrival, bytes))
    return arrival
  }

  /** Has a request answered. */
  answer(call: Call): void {
    let exchange: WireExchange
    try {
      exchange = new WireExchange(call)
    } catch {
      this.#unintelligible(call.arrival, `${call.method} ${call.url}`)
      const status = /^(trace|track|connect)$/i.test(call.method) ? 501 : 400
      call.reply.head(status, '', ['content-length', '0'])
      return void call.reply.out.end()
    }
    this.#answerer.request(exchange)
  }

  get arrivals(): ReadonlySet<Arrival> {
    return this.#arrivals
  }

  /** Closes every connection. */
  close(): void {
    for (const arrival of this.#arrivals) arrival.raw.destroy()
    for (const socket of this.outgoing) socket.destroy()
  }

  /** Gives back whether that was enough to know what is spoken. */
  #sniff(arrival: Arrival, bytes: Buffer): boolean {
    if (beginsTls(bytes)) {
      const hello = readClientHello(bytes)
      if (!hello) return false
      arrival.raw.unshift(bytes)
      void this.#secure(arrival, hello.serverName)
      return true
    }
    arrival.silent = false
    const text = bytes.toString('latin1', 0, 64)
    if (HTTP2_PREFACE.startsWith(text.slice(0, HTTP2_PREFACE.length))) {
      if (text.length < HTTP2_PREFACE.length) return false
      arrival.raw.unshift(bytes)
      this.#takeHttp2(arrival)
    } else if (METHOD.test(text)) {
      if (!text.includes(' ')) return false
      arrival.raw.unshift(bytes)
      this.#http1.take(arrival)
    } else this.#refuse(arrival, text)
    return true
  }

  async #secure(arrival: Arrival, serverName: string | undefined): Promise<void> {
    const { raw, client, destination } = arrival
    const secureContext = await this.#authority
      .context(serverName ?? destination.host)
      .catch((error: unknown) => {
        this.#answerer.untrusted(client, destination, `no certificate could be made: ${String(error)}`)
      })
    if (!secureContext) return arrival.reset()
    if (raw.destroyed) return
    const socket = new TLSSocket(raw, {
      isServer: true,
      secureContext,
      ALPNProtocols: ['h2', 'http/1.1', 'http/1.0'],
      rejectUnauthorized: false,
    })
    arrival.secure = true
    arrival.serverName = serverName
    arrival.socket = socket
    let established = false
    const fail = (error: Error): void => {
      raw.destroy()
      if (!established) this.#answerer.untrusted(client, destination, error.message)
      established = true
    }
    // Node says it so before it has handed over the connection, and as an error afterwards.
    ;(socket as Duplex).on('_tlsError', fail)
    socket.on('error', () => raw.destroy())
    socket.once('secure', () => {
      established = true
      // A server of Node's says so, too: its HTTP/2 waits for it.
      Object.assign(socket, { secureConnecting: false })
      if (socket.alpnProtocol === 'h2') this.#takeHttp2(arrival)
      else this.#http1.take(arrival)
    })
  }

  #takeHttp2(arrival: Arrival): void {
    takeHttp2(arrival, {
      onCall: (call) => this.answer(call),
      onGarbage: (garbled, text) => this.#refuse(garbled, text),
    })
  }

  #refuse(arrival: Arrival, text: string): void {
    if (arrival.raw.destroyed) return
    this.#unintelligible(arrival, text)
    arrival.reset()
  }

  #unintelligible(arrival: Arrival, text: string): void {
    arrival.silent = false
    this.#answerer.unintelligible(arrival.client, arrival.destination, text.slice(0, 200))
  }
}

/** Reads from a connection until `enough` says so of all that it has said; that may be unshifted, and nothing is read any more. */
function firstBytes(socket: net.Socket, enough: (bytes: Buffer) => boolean): void {
  let bytes: Buffer | undefined
  const onData = (chunk: Buffer): void => {
    bytes = bytes ? Buffer.concat([bytes, chunk]) : chunk
    socket.pause()
    socket.off('data', onData)
    if (enough(bytes)) return void socket.off('end', onEnd)
    socket.on('data', onData)
    socket.resume()
  }
  const onEnd = (): void => void socket.destroy()
  socket.on('data', onData)
  socket.once('end', onEnd)
}
