import { SuperviseError } from '../errors.ts'
import { DEFAULT_PORTS } from './default-ports.ts'
import { withoutBrackets } from './destination.ts'
import type { Destination } from './verdict.ts'

interface Origin {
  /** `*` for any. */
  readonly scheme: string
  readonly host: RegExp
  readonly port: string
}

const SCHEMES = new Set([...Object.keys(DEFAULT_PORTS), 'tcp', 'udp'])
const ORIGIN = /^(?:(?<scheme>[a-z]+):\/\/)?(?<host>\[[^\]]+\]|[^/:[\]]+)(?::(?<port>\d+|\*))?\/?$/i

/** Places outside that children may reach for real. */
export class Origins {
  readonly #origins: Origin[] = []

  /** Throws `ERR_OPTION_INVALID` for what is no origin. */
  add(origin: string): void {
    const { scheme = '*', host, port } = ORIGIN.exec(origin)?.groups ?? {}
    if (host === undefined || (scheme !== '*' && !SCHEMES.has(scheme.toLowerCase()))) throw invalid(origin)
    this.#origins.push({
      scheme: scheme.toLowerCase(),
      host: new RegExp(`^${expressionOf(withoutBrackets(host))}$`, 'i'),
      port: port ?? DEFAULT_PORTS[scheme.toLowerCase()] ?? '*',
    })
  }

  /** Whether a connection there, or a datagram, may go out. */
  allow({ host, port }: Destination, transport: 'tcp' | 'udp' = 'tcp'): boolean {
    return this.#origins.some(
      (origin) =>
        (transport === 'udp' ? ['udp', '*'].includes(origin.scheme) : origin.scheme !== 'udp') &&
        origin.host.test(host) &&
        (origin.port === '*' || origin.port === `${port}`),
    )
  }

  /** Whether anything at this host is allowed. */
  allowHost(host: string): boolean {
    return this.#origins.some((origin) => origin.host.test(host))
  }
}

function expressionOf(host: string): string {
  return host.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
}

function invalid(origin: unknown): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `network.allow() was given ${JSON.stringify(origin)}, but must be given origins: "https://api.example.com", ` +
      '"http://10.0.0.1:8080", "tcp://db.internal:5432", "udp://statsd.internal:8125", or "*.example.com" for every port.',
    { option: 'origin', value: origin },
  )
}
