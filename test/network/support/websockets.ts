import net from 'node:net'

import * as msw2 from 'msw'
import * as msw3 from 'msw3'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

import { deferred } from '../../../src/wait.ts'
import { type Opened, tlsTo } from './gateway.ts'

interface Connection {
  readonly client: End & { readonly url: URL }
  readonly server: End & { connect(): void }
}

interface End {
  send(data: string | ArrayBuffer | Blob): void
  close(code?: number, reason?: string): void
  addEventListener(type: string, listener: (event: Heard) => void): void
}

interface Heard {
  readonly data: unknown
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
  preventDefault(): void
  stopPropagation(): void
}

interface Link {
  addEventListener(type: 'connection', listener: (connection: Connection) => void): Handler
  broadcast(data: string): void
}

interface Handler {
  run(connection: object): Promise<object | null>
}

export const majors = [
  { major: 'msw 2', ws: msw2.ws as unknown as { link(url: string): Link } },
  { major: 'msw 3', ws: msw3.ws as unknown as { link(url: string): Link } },
]

/** Has the WebSockets of a gateway handled as MSW does, and accepts them. */
export function handle({ answerer }: Opened, ...handlers: Handler[]): void {
  answerer.onUpgrade = async (upgrade) => {
    for (const handler of handlers) await handler.run(upgrade.connection)
    upgrade.accept()
  }
}

export function dial(port: number, ca?: string, protocols: string[] = [], url?: string): WebSocket {
  const secure = ca !== undefined
  const socket = new WebSocket(url ?? `${secure ? 'wss' : 'ws'}://chat.test/room`, protocols, {
    createConnection: () =>
      secure ? tlsTo(port, ca, 'chat.test', 'http/1.1') : net.connect(port, '127.0.0.1'),
  })
  onTestFinished(() => socket.terminate())
  return socket
}

/** The messages that come, one by one. */
export function messages(socket: WebSocket): () => Promise<string> {
  const came: string[] = []
  let wake = deferred<void>()
  socket.on('message', (data: Buffer) => {
    came.push(data.toString())
    wake.resolve()
    wake = deferred()
  })
  return async () => {
    for (;;) {
      const next = came.shift()
      if (next !== undefined) return next
      await wake.promise
    }
  }
}
