import { DEFAULT_PORTS } from './default-ports.ts'
import type { Destination } from './verdict.ts'

/** Where a request with this URL goes. */
export function destinationOf(url: string): Destination {
  const { protocol, hostname, port } = new URL(url)
  return { host: withoutBrackets(hostname), port: Number(port || DEFAULT_PORTS[protocol.slice(0, -1)]) }
}

/** A destination as it stands in a URL. */
export function authorityOf({ host, port }: Destination): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** A host as the system takes it: in a URL, an IPv6 address stands in brackets. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
