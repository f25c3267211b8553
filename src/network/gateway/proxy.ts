import net from 'node:net'
import type { Duplex } from 'node:stream'

import type { Answerer } from '../answerer.ts'
import type { Client, Introduction } from '../client.ts'
import { destinationOf } from '../destination.ts'
import type { Destination } from '../verdict.ts'
import { Arrival } from './arrival.ts'
import { ABSOLUTE, type Call } from './call.ts'
import type { Door } from './door.ts'
import { forwardCall } from './forward.ts'
import { Http1 } from './http1.ts'
import { connectTo } from './real-server.ts'
import { offerUpgrade, prepareUpgrade, type UpgradeCall } from './wire-upgrade.ts'

const { createServer } = net

/** Nobody has said yet where to. */
const UNKNOWN: Destination = { host: 'proxy.invalid', port: 0 }

/** A proxy of HTTP, for programs that take one and load no preload. */
export class Proxy {
  readonly server: net.Server
  readonly #answerer: Answerer
  readonly #door: Door
  readonly #clients = new Map<string, Client>()
  readonly #arrivals = new Set<Arrival>()

  constructor(answerer: Answerer, door: Door) {
    this.#answerer = answerer
    this.#door = door
    const http1 = new Http1({
      onCall: (call) => void this.#onCall(call).catch(() => call.reply.reset()),
      onUpgrade: (arrival, request, socket, head) =>
        void this.#onUpgrade({ arrival, request, socket, head }).catch(() => arrival.reset()),
      onConnect: (arrival, request, _socket, head) => {
        const client = this.#clientOf(request.headers['proxy-authorization'])
        void this.#onConnect(arrival, client, request.url ?? '', head).catch(() => arrival.reset())
      },
      onGarbage: (arrival, text) => {
        answerer.unintelligible(arrival.client, arrival.destination, text.slice(0, 200))
        arrival.reset()
      },
    })
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (raw) => {
      const client = (): Client => this.#clientOf(undefined)
      const arrival = new Arrival({ raw, client, destination: UNKNOWN, outgoing: door.outgoing })
      this.#arrivals.add(arrival)
      arrival.onEnd(() => this.#arrivals.delete(arrival))
      http1.take(arrival)
    })
    this.server.unref()
  }

  get arrivals(): ReadonlySet<Arrival> {
    return this.#arrivals
  }

  close(): void {
    for (const arrival of this.#arrivals) arrival.raw.destroy()
    for (const client of this.#clients.values()) client.route.close()
  }

  async #onCall(call: Call): Promise<void> {
    const { arrival, url, reply } = call
    const destination = call.targetIsAbsolute ? targetOf(url) : undefined
    if (!destination) return say(call, 400, `${url} is nothing that a proxy can be asked for.`)
    const client = this.#clientOf(call.proxyAuthorization)
    arrival.redirect(client, destination)
    reply.onEnd(arrival.begin())
    const verdict = await this.#answerer.connect(client, destination)
    if (arrival.raw.destroyed) return
    if (verdict.to === 'gateway') this.#door.answer(call)
    else if (verdict.to === 'direct') await forwardCall(call).catch(() => {})
    else say(call, 502, refusal(verdict.code, destination))
  }

  async #onUpgrade(call: UpgradeCall): Promise<void> {
    const { arrival, request, socket } = call
    const destination = ABSOLUTE.test(request.url ?? '') ? targetOf(request.url ?? '') : undefined
    if (!destination) return sayRaw(socket, 400, `${request.url} is nothing that a proxy can be asked for.`)
    const client = this.#clientOf(request.headers['proxy-authorization'])
    arrival.redirect(client, destination)
    const verdict = await this.#answerer.connect(client, destination)
    if (arrival.raw.destroyed) return
    if (verdict.to === 'gateway') return offerUpgrade(call, this.#answerer)
    if (verdict.to === 'nowhere') return sayRaw(socket, 502, refusal(verdict.code, destination))
    const upgrade = await prepareUpgrade(call)
    if (upgrade && upgrade !== 'malformed') upgrade.forward()
  }

  async #onConnect(arrival: Arrival, client: Client, target: string, head: Buffer): Promise<void> {
    const { raw } = arrival
    const destination = targetOf(`https://${target}`)
    if (!destination || !/:\d+$/.test(target)) return sayRaw(raw, 400, `${target} names no host and port.`)
    arrival.redirect(client, destination)
    const over = arrival.begin()
    arrival.onEnd(over)
    const verdict = await this.#answerer.connect(client, destination)
    if (raw.destroyed) return
    if (verdict.to === 'nowhere') return sayRaw(raw, 502, refusal(verdict.code, destination))
    if (verdict.to === 'direct') return tunnel(arrival, head, destination)
    this.#arrivals.delete(arrival)
    raw.write(ESTABLISHED)
    if (head.length > 0) raw.unshift(head)
    this.#door.take({ raw, client: () => client, destination })
  }

  #clientOf(authorization: string | undefined): Client {
    const known = this.#clients.get(authorization ?? '')
    if (known) return known
    const client = this.#answerer.introduce(introductionOf(authorization))
    this.#clients.set(authorization ?? '', client)
    return client
  }
}

/** Hands through what is said, unread. */
function tunnel(arrival: Arrival, head: Buffer, destination: Destination): void {
  const { raw } = arrival
  const server = arrival.track(connectTo({ ...destination, secure: false }, destination.host))
  let connected = false
  server.once('connect', () => {
    connected = true
    raw.write(ESTABLISHED)
    if (head.length > 0) server.write(head)
    raw.pipe(server)
    server.pipe(raw)
  })
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (connected) raw.destroy()
    else sayRaw(raw, 502, refusal(error.code ?? error.message, destination))
  })
  server.once('close', () => {
    if (connected) raw.destroySoon()
  })
  raw.once('close', () => server.destroy())
}

const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n'

/**
 * Who is meant by the credentials of a proxy's URL: the name is an agent's id, and the password the mark under which it was
 * started, or `pid.` with a pid.
 */
export function introductionOf(authorization: string | undefined): Introduction {
  const [, encoded = ''] = /^Basic\s+(.*)$/i.exec(authorization ?? '') ?? []
  const [, name = '', password = ''] =
    /^([^:]*):?(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  const agent = decoded(name)
  const [, pid] = /^pid\.(\d+)$/.exec(decoded(password)) ?? []
  if (pid !== undefined) return { ...(agent && { agent }), pid: Number(pid) }
  return { ...(agent && { agent }), ...(password && { mark: decoded(password) }) }
}

/** Most programs decode what stands in a URL, and some do not. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function targetOf(url: string): Destination | undefined {
  return URL.canParse(url) && /^(https?|wss?):$/.test(new URL(url).protocol) ? destinationOf(url) : undefined
}

function refusal(code: string, { host, port }: Destination): string {
  return `${code}: ${host}:${port} cannot be reached.`
}

function say({ reply }: Call, status: number, text: string): void {
  reply.head(status, '', ['content-type', 'text/plain', 'content-length', String(Buffer.byteLength(text))])
  reply.out.end(text)
}

function sayRaw(socket: Duplex, status: number, text: string): void {
  const length = Buffer.byteLength(text)
  const head = `HTTP/1.1 ${status} \r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`
  if (socket.destroyed) return
  socket.write(head + text)
  ;(socket as net.Socket).destroySoon()
}
