import type net from 'node:net'
import type { Duplex } from 'node:stream'

import type { Client } from '../client.ts'
import type { Destination } from '../verdict.ts'

/** A connection that has come to a gateway. */
export interface ArrivalParts {
  /** Gives whoever it comes from. Asked when that matters. */
  readonly client: () => Client
  /** Where it wanted to go; of a proxy's, the request says. */
  readonly destination: Destination
  /** The TCP connection. */
  readonly raw: net.Socket
  /** Its place among the connections of its client. Default 0 */
  readonly turn?: number
  /** Those of the connections to real servers that are open for it are added, for whoever closes them. */
  readonly outgoing: Set<net.Socket>
}

/** A connection that has come to a gateway, from the first byte to the last. */
export class Arrival {
  readonly raw: net.Socket
  readonly turn: number
  /** What the requests come over: the TCP connection, or TLS on it. */
  socket: Duplex & { destroySoon(): void }
  secure = false
  /** The host that the client has asked for by TLS. */
  serverName: string | undefined
  /** Whether it has said anything yet; of TLS, anything after the handshake. */
  silent = true
  /** What it is being answered at this moment. */
  inFlight = 0
  #client: Client | (() => Client)
  #destination: Destination
  #served = false
  readonly #outgoing: Set<net.Socket>
  readonly #ended: (() => void)[] = []

  constructor({ client, destination, raw, outgoing, turn = 0 }: ArrivalParts) {
    this.turn = turn
    this.#client = client
    this.#destination = destination
    this.#outgoing = outgoing
    this.raw = raw
    this.socket = raw
    // A connection that breaks has ended: whoever uses it is told of that.
    raw.on('error', () => {})
    raw.once('close', () => {
      for (const listener of this.#ended) listener()
    })
  }

  get client(): Client {
    if (typeof this.#client === 'function') this.#client = this.#client()
    return this.#client
  }

  get destination(): Destination {
    return this.#destination
  }

  /** The next request over it comes from this client, and is for there. */
  redirect(client: Client, destination: Destination): void {
    this.#client = client
    this.#destination = destination
  }

  /** Something is being answered from now on, until the returned function is called. */
  begin(): () => void {
    this.silent = false
    this.#served = true
    this.inFlight++
    let over = false
    return () => {
      if (!over) this.inFlight--
      over = true
    }
  }

  /** Whether it is kept for requests to come. */
  get idle(): boolean {
    return this.#served && this.inFlight === 0
  }

  /** Calls `listener` when the connection has ended. */
  onEnd(listener: () => void): void {
    this.#ended.push(listener)
  }

  /** Has a connection to a real server end with the gateway at the latest. Gives it back. */
  track<T extends net.Socket>(socket: T): T {
    this.#outgoing.add(socket)
    socket.once('close', () => this.#outgoing.delete(socket))
    return socket
  }

  /** Has the client see `ECONNRESET`. */
  reset(): void {
    // Not of TLS, which would say goodbye.
    if (!this.raw.destroyed) this.raw.resetAndDestroy()
  }

  /** Ends the connection when all that was written is with the system. */
  end(): void {
    this.socket.destroySoon()
  }
}
