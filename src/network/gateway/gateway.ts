import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'

import { assertSocketPath } from '../../directory.ts'
import { packageRoot } from '../../package-root.ts'
import { within } from '../../real-time.ts'
import type { Answerer } from '../answerer.ts'
import type { Authority } from '../certificates/authority.ts'
import type { Client } from '../client.ts'
import type { PreloadOptions } from '../frames.ts'
import type { Destination } from '../verdict.ts'
import { ControlSession } from './control.ts'
import { Door } from './door.ts'
import { Proxy } from './proxy.ts'
import { Pulse } from './pulse.ts'

/** Where a gateway can be reached. */
export interface GatewayPlaces {
  /** What `NODE_OPTIONS=--require` names in a child. */
  readonly preloadFile: string
  /** The path of the certificate that children have to trust. */
  readonly caFile: string
  /** The same, and those of the authorities that the system trusts. */
  readonly caBundle: string
  /** Of the proxy for children that are not Node, on 127.0.0.1. */
  readonly proxyPort: number
}

export interface GatewayOptions {
  /** Decides on all that comes. */
  readonly answerer: Answerer
  readonly authority: Authority
  /** Where its socket and its preload file go. */
  readonly directory: string
  /** What they are called there: nothing else may be. */
  readonly name: string
  /** Variables that children with an environment of their own are given back. Default: none */
  readonly env?:
    | Readonly<Record<string, string>>
    | ((places: GatewayPlaces) => Readonly<Record<string, string>>)
  /** The program that the preload file starts. Default: the package's */
  readonly preload?: string
}

/** A connection that has said nothing yet. */
export interface SilentConnection {
  readonly client: Client
  readonly destination: Destination
}

/** How long the clean-up waits for the system. Milliseconds. */
const CLOSE_LIMIT = 5000

/** How long a client may take to notice that a connection is closed. Milliseconds. */
const NOTICE_LIMIT = 250

const { createServer } = net

/**
 * Opens a gateway: what children connect to in place of the network. Rejects with `ERR_PATH_TOO_LONG` when its socket can have no
 * such address, and with the system's error when it cannot listen; then nothing is left.
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new Gateway(options)
  try {
    await gateway.open(options)
    return gateway
  } catch (error) {
    await gateway.close()
    throw error
  }
}

/** The network of a test's children, as they see it. What it answers is its `Answerer`'s. */
export class Gateway implements GatewayPlaces, AsyncDisposable {
  readonly preloadFile: string
  readonly caFile: string
  readonly caBundle: string
  readonly #address: string
  readonly #door: Door
  readonly #proxy: Proxy
  readonly #control: net.Server
  readonly #sessions = new Set<ControlSession>()
  #closed: Promise<void> | undefined

  constructor({ answerer, authority, directory, name }: GatewayOptions) {
    this.preloadFile = path.join(directory, `${name}.network.cjs`)
    this.caFile = authority.caFile
    this.caBundle = authority.caBundle
    this.#address = addressOf(directory, name)
    this.#door = new Door({ answerer, authority })
    this.#proxy = new Proxy(answerer, this.#door)
    const take = (client: Client, destination: Destination, raw: net.Socket, turn: number): void => {
      this.#door.take({ client: () => client, destination, raw, turn })
    }
    const pulse = new Pulse()
    this.#control = createServer((socket) => {
      const session: ControlSession = new ControlSession(socket, { answerer, pulse, take }, () =>
        this.#sessions.delete(session),
      )
      this.#sessions.add(session)
    })
    this.#control.unref()
  }

  /** Begins to listen. For `openGateway`. */
  async open({ authority, env, preload }: GatewayOptions): Promise<void> {
    await Promise.all([
      listen(this.#control, { path: this.#address, backlog: 1024 }),
      listen(this.#proxy.server, { host: '127.0.0.1', port: 0, backlog: 1024 }),
    ])
    const variables = typeof env === 'function' ? env(this) : env
    const start: PreloadOptions = {
      control: this.#address,
      ca: authority.caFile,
      file: this.preloadFile,
      env: variables ?? {},
    }
    const program = preload ?? path.join(packageRoot(), 'dist', 'src', 'network', 'preload.cjs')
    const text = `'use strict'\nrequire(${JSON.stringify(program)}).start(${JSON.stringify(start)})\n`
    writeFileSync(this.preloadFile, text, { mode: 0o600 })
  }

  get proxyPort(): number {
    const address = this.#proxy.server.address()
    return typeof address === 'object' ? (address?.port ?? 0) : 0
  }

  /** The connections that were made and over which nothing has been said so far. */
  silent(): readonly SilentConnection[] {
    return [...this.#door.arrivals]
      .filter((arrival) => arrival.silent)
      .map(({ client, destination }) => ({ client, destination }))
  }

  /**
   * Closes connections that clients keep for later, where nothing is being answered. Resolves when the clients have noticed, or
   * after 250 ms.
   */
  async closeIdle(matches: (destination: Destination) => boolean): Promise<void> {
    const kept = [...this.#door.arrivals, ...this.#proxy.arrivals].filter(
      (arrival) => arrival.idle && matches(arrival.destination),
    )
    if (kept.length === 0) return
    const closed = kept.map((arrival) => new Promise<void>((resolve) => arrival.onEnd(resolve)))
    // Its client has seen that when it hangs up, too; until then it may ask once more.
    for (const arrival of kept) arrival.socket.end()
    await within(Promise.all(closed), NOTICE_LIMIT)
    for (const arrival of kept) if (!arrival.raw.destroyed) arrival.end()
  }

  /** Ends every connection and removes the files: nothing can be reached through it any more. Idempotent. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    const closed = [this.#control, this.#proxy.server].map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    )
    for (const session of this.#sessions) session.close()
    this.#door.close()
    this.#proxy.close()
    rmSync(this.preloadFile, { force: true })
    await within(Promise.all(closed), CLOSE_LIMIT)
  }
}

async function listen(server: net.Server, options: net.ListenOptions): Promise<void> {
  server.listen(options)
  await once(server, 'listening')
  server.on('error', () => {}) // Of a single connection, when there are no descriptors left.
}

function addressOf(directory: string, name: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\${path.basename(directory)}-${name}-net`
  const address = path.join(directory, `${name}.net`)
  assertSocketPath(address)
  return address
}
