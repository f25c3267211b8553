import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

/** What a {@link realServer} answers. */
export const REAL = 'the real server'

/** The URL of a server on this machine, which lives as long as the test. */
export async function realServer(): Promise<string> {
  const server = createServer((_, response) => response.end(REAL)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
