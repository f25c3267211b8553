import { DEFAULT_PORTS } from './default-ports.ts'
import type { Destination } from './verdict.ts'

/** Where a request with this URL goes. An IPv6 address keeps its brackets. */
export function destinationOf(url: string): Destination {
  const { protocol, hostname, port } = new URL(url)
  return { host: hostname, port: Number(port || DEFAULT_PORTS[protocol.slice(0, -1)]) }
}
