import type http from 'node:http'
import type { Duplex } from 'node:stream'

import type { WebSocketServer } from 'ws'

import { deferred } from '../../wait.ts'
import type { Answerer } from '../answerer.ts'
import type { Client } from '../client.ts'
import type { Upgrade, WebSocketConnection } from '../exchange.ts'
import type { Arrival } from './arrival.ts'
import { absoluteUrl, filterHeaders, isHopByHop } from './call.ts'
import { isForProxies } from './http1.ts'
import { connectTo, type Place, placeOf, withRealRequests } from './real-server.ts'
import { WebSocketClientEnd } from './websocket-client.ts'
import { WebSocketServerEnd } from './websocket-server.ts'

type Library = typeof import('ws')

/** A request for a WebSocket, as it stands on the wire. */
export interface UpgradeCall {
  readonly arrival: Arrival
  readonly request: http.IncomingMessage
  readonly socket: Duplex
  /** What the client has said after it. */
  readonly head: Buffer
}

/** Has somebody answer the request for a WebSocket. */
export async function offerUpgrade(call: UpgradeCall, answerer: Answerer): Promise<void> {
  const upgrade = await prepareUpgrade(call)
  if (upgrade === 'malformed') {
    const { arrival, request } = call
    answerer.unintelligible(arrival.client, arrival.destination, `GET ${request.url} (WebSocket)`)
  } else if (upgrade) answerer.upgrade(upgrade)
}

/** The upgrade for whoever answers it; undefined if the client has gone meanwhile. What is malformed has been refused. */
export async function prepareUpgrade(call: UpgradeCall): Promise<WireUpgrade | 'malformed' | undefined> {
  const { arrival, request, socket, head } = call
  const over = arrival.begin()
  arrival.onEnd(over)
  socket.on('error', () => {}) // Its end is heard of otherwise.
  const early = listen(socket, head)
  const authority = absoluteUrl(request.url ?? '/', request.headers.host, arrival)
  const url = parse(authority.replace(/^http/i, 'ws'))
  const library = await import('ws')
  if (socket.destroyed) return undefined
  if (url) return new WireUpgrade(call, url, library, early)
  refuse(socket, 400)
  return 'malformed'
}

class WireUpgrade implements Upgrade {
  readonly client: Client
  readonly url: URL
  readonly headers: Headers
  onListenerError: (error: unknown) => void = () => {}
  readonly connection: WebSocketConnection
  readonly aborted: Promise<void>
  readonly #call: UpgradeCall
  readonly #library: Library
  readonly #early: Early
  readonly #clientEnd: WebSocketClientEnd
  readonly #serverEnd: WebSocketServerEnd
  #accepted = false
  #opened = false

  constructor(call: UpgradeCall, url: URL, library: Library, early: Early) {
    const { arrival, request } = call
    this.#call = call
    this.#library = library
    this.#early = early
    this.client = arrival.client
    this.url = url
    this.headers = new Headers()
    for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
      this.headers.append(request.rawHeaders[at] ?? '', request.rawHeaders[at + 1] ?? '')
    }
    const parts = {
      url,
      context: (): object => this.connection,
      deliver: (event: () => void): void => this.client.route.deliver(event, this.turn),
      failed: (error: unknown): void => this.onListenerError(error),
    }
    this.#clientEnd = new WebSocketClientEnd(parts)
    this.#serverEnd = new WebSocketServerEnd(this.#clientEnd, () => this.#dial(), parts)
    this.connection = {
      client: this.#clientEnd,
      server: this.#serverEnd,
      info: { protocols: request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) },
    }
    const aborted = deferred<void>()
    this.aborted = aborted.promise
    arrival.onEnd(() => {
      if (!this.#accepted) aborted.resolve()
      // Once it is open it tells of its end by itself, with the code.
      if (this.#opened) return
      this.#clientEnd.end(1006, '')
      this.#serverEnd.terminate()
    })
  }

  get turn(): number {
    return this.#call.arrival.turn
  }

  get place(): Place {
    return placeOf(this.url, this.#call.arrival)
  }

  accept(protocol?: string): void {
    const { socket, request } = this.#call
    if (this.#accepted || socket.destroyed) return
    this.#accepted = true
    const said = this.#early.stop()
    serverOf(this.#library, protocol).handleUpgrade(request, socket, said, (real) => {
      this.#opened = true
      this.#clientEnd.open(real)
      socket.resume()
    })
  }

  refuse(status: number): void {
    this.#early.stop()
    refuse(this.#call.socket, status)
  }

  reset(): void {
    this.#call.arrival.reset()
  }

  stall(): void {}

  forward(): void {
    this.#serverEnd.connect()
    const real = this.#serverEnd.socket
    real.once('open', () => this.accept(real.protocol))
    real.once('unexpected-response', (_request, response: http.IncomingMessage) => {
      this.refuse(response.statusCode ?? 502)
      real.terminate()
    })
    real.once('error', () => {
      if (!this.#accepted && !this.#call.socket.writableEnded) this.reset()
    })
  }

  #dial(): InstanceType<Library['WebSocket']> {
    const { arrival, request } = this.#call
    const kept = filterHeaders(request.rawHeaders, (name) => {
      const lower = name.toLowerCase()
      return (
        !isHopByHop(lower) && !isForProxies(lower) && !lower.startsWith('sec-websocket-') && lower !== 'host'
      )
    })
    const headers: Record<string, string[]> = {}
    for (let at = 0; at < kept.length; at += 2) (headers[kept[at] ?? ''] ??= []).push(kept[at + 1] ?? '')
    const { place } = this
    const { WebSocket } = this.#library
    return withRealRequests(
      () =>
        new WebSocket(this.url, this.connection.info.protocols ?? [], {
          headers: headers as unknown as Record<string, string>,
          perMessageDeflate: false,
          createConnection: () => arrival.track(connectTo(place, arrival.serverName ?? this.url.hostname)),
        }),
    )
  }
}

/** @param protocol the one that the real server has chosen. Default: the first that the client offers */
function serverOf({ WebSocketServer }: Library, protocol: string | undefined): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    handleProtocols: (offered) => protocol ?? offered.values().next().value ?? false,
  })
}

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}

function refuse(socket: Duplex & { destroySoon?: () => void }, status: number): void {
  if (socket.destroyed) return
  socket.write(`HTTP/1.1 ${status} \r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  socket.destroySoon?.()
}

/** What a client says before it is answered, and should not. */
interface Early {
  /** Gives back what it has said. */
  stop(): Buffer
}

/** Reads on, since a client that goes is only heard of by who reads. */
function listen(socket: Duplex, head: Buffer): Early {
  const said = [head]
  const onData = (chunk: Buffer): void => {
    said.push(chunk)
    socket.pause()
  }
  const onEnd = (): void => void socket.destroy()
  socket.on('data', onData).once('end', onEnd)
  return {
    stop() {
      socket.pause()
      socket.off('data', onData).off('end', onEnd)
      return Buffer.concat(said)
    },
  }
}
