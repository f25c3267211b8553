import { once } from 'node:events'
import net from 'node:net'

import type { Destination } from '../verdict.ts'

const { createServer } = net

/** One way of a client's to the gateway for each of its destinations: who connects and where to is known by the port. */
export class Listeners {
  readonly #servers = new Map<string, Promise<net.Server>>()
  readonly #onConnection: (destination: Destination, raw: net.Socket, turn: number) => void
  readonly #onRest: () => void
  readonly #open = new Set<net.Socket>()
  /** The turns of the connections that are still to come, by destination. */
  readonly #turns = new Map<string, number[]>()
  #closed = false

  /** @param onRest called once, when they are closed and the last of their connections has ended */
  constructor(
    onConnection: (destination: Destination, raw: net.Socket, turn: number) => void,
    onRest: () => void,
  ) {
    this.#onConnection = onConnection
    this.#onRest = onRest
  }

  /**
   * The port on 127.0.0.1 for this destination; undefined when they are closed.
   * @param turn the place, among all the connections that the client asks for, of the one that it is for
   */
  async portFor(destination: Destination, turn: number): Promise<number | undefined> {
    if (this.#closed) return undefined
    const key = `${destination.host} ${destination.port}`
    const turns = this.#turns.get(key) ?? []
    this.#turns.set(key, [...turns, turn])
    const known = this.#servers.get(key) ?? this.#listen(key, destination)
    this.#servers.set(key, known)
    const address = (await known).address()
    return typeof address === 'object' ? address?.port : undefined
  }

  /** Takes no further connections. Those that are there go on until they end. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const server of this.#servers.values()) {
      void server.then(
        (listening) => listening.close(),
        () => {},
      )
    }
    if (this.#open.size === 0) this.#onRest()
  }

  async #listen(key: string, destination: Destination): Promise<net.Server> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (raw) => {
      if (this.#closed) return void raw.destroy()
      this.#open.add(raw)
      raw.once('close', () => {
        this.#open.delete(raw)
        if (this.#closed && this.#open.size === 0) this.#onRest()
      })
      // Those to one place are made in the order in which they were asked for.
      const [turn = 0, ...later] = this.#turns.get(key) ?? []
      this.#turns.set(key, later)
      this.#onConnection(destination, raw, turn)
    })
    // A test is over when its gateway is closed, and not the other way round.
    server.unref()
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 })
    await once(server, 'listening')
    server.on('error', () => {}) // Of a single connection, when there are no descriptors left.
    return server
  }
}
