import type { Destination } from './verdict.ts'

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 }

/** Where a request with this URL goes. An IPv6 address keeps its brackets. */
export function destinationOf(url: string): Destination {
  const { protocol, hostname, port } = new URL(url)
  return { host: hostname, port: port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port) }
}
