import { DEFAULT_PORTS } from './default-ports.ts'
import { withoutBrackets } from './destination.ts'
import type { Destination } from './verdict.ts'

/** Which URLs are meant: with `*` for anything and `:name` for anything but a slash, or a regular expression. */
export type UrlLike = string | RegExp

/** The scheme, the host and the port of a pattern of words. */
const ORIGIN = /^(?<scheme>[a-z]+):\/\/(?<host>\[[^\]]*\]|[^/:]+)(?::(?<port>\d+|\*))?(?=\/|$)/i

interface Origin {
  readonly host: RegExp
  readonly isExplicit: boolean
  /** `*` for any. */
  readonly port: string
}

/**
 * Matches URLs as MSW's handlers do: queries and fragments do not count, nor do case and a slash at the end. A regular
 * expression sees the URL without query and fragment.
 */
export class UrlPattern {
  readonly #source: UrlLike
  readonly #expression: RegExp
  readonly #origin: Origin | undefined

  constructor(source: UrlLike) {
    this.#source = source
    if (typeof source !== 'string') {
      // One that remembers where it was would match every other time.
      this.#expression = new RegExp(source.source, source.flags.replaceAll(/[gy]/g, ''))
      return
    }
    const words = withoutQuery(source)
    const parts = ORIGIN.exec(words)?.groups
    this.#expression = new RegExp(`^${expressionOf(withoutDefaultPort(words)).replace(/\/$/, '')}/?$`, 'i')
    if (!parts) return
    const { scheme = '', host = '', port = DEFAULT_PORTS[scheme.toLowerCase()] ?? '*' } = parts
    this.#origin = {
      host: new RegExp(`^${expressionOf(withoutBrackets(host))}$`, 'i'),
      isExplicit: !host.includes('*'),
      port,
    }
  }

  matches(url: string): boolean {
    return this.#expression.test(withoutQuery(url))
  }

  /** Whether it may match something that is asked for over a connection to this destination. */
  mayMean({ host, port }: Destination): boolean {
    const origin = this.#origin
    return (
      !origin ||
      (origin.host.test(withoutBrackets(host)) && (origin.port === '*' || origin.port === `${port}`))
    )
  }

  /** Whether it may match something at this host, at whatever port. */
  mayMeanHost(host: string): boolean {
    return !this.#origin || this.#origin.host.test(withoutBrackets(host))
  }

  /** Whether it names this destination, and does not only match it among others. */
  names(destination: Destination): boolean {
    return this.#origin?.isExplicit === true && this.mayMean(destination)
  }

  toString(): string {
    return String(this.#source)
  }
}

/** Whether this can be the URL of something: absolute, or with a wildcard for what comes before. */
export function isUrlLike(value: unknown): value is UrlLike {
  if (value instanceof RegExp) return true
  return typeof value === 'string' && (value.startsWith('*') || /^[a-z]+:\/\/[^/]/i.test(value))
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? ''
}

function withoutDefaultPort(url: string): string {
  return url
    .replace(/^(http|ws)(:\/\/[^/]+):80(?=\/|$)/i, '$1$2')
    .replace(/^(https|wss)(:\/\/[^/]+):443(?=\/|$)/i, '$1$2')
}

function expressionOf(words: string): string {
  return words
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/(?<=\/):\w+/g, '[^/]+')
    .replaceAll(/\*+/g, '.*')
}
