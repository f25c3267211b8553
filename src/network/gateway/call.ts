import type { Readable, Writable } from 'node:stream'

import { authorityOf } from '../destination.ts'
import type { Arrival } from './arrival.ts'

/** A request as it stands on the wire, of HTTP/1 and HTTP/2 alike. */
export interface Call {
  readonly arrival: Arrival
  readonly method: string
  /** Absolute. It may still be none that can be parsed. */
  readonly url: string
  /** Names and values in turn, without those that are for a proxy. */
  readonly headers: readonly string[]
  readonly body: Readable
  /** Whether a body is said to come. */
  readonly hasBody: boolean
  readonly reply: Reply
  /** Whether its first line names the whole URL, as a proxy is asked. */
  readonly targetIsAbsolute?: boolean
  /** What it says to a proxy of whom it comes from. */
  readonly proxyAuthorization?: string | undefined
}

/** The way back of one request. */
export interface Reply {
  /** Where the body goes, after the head. */
  readonly out: Writable
  /** @param headers names and values in turn; those that the protocol forbids or sees to by itself are dropped */
  head(status: number, text: string, headers: readonly string[]): void
  /** Has the connection end with this answer. */
  endAfter(): void
  /** What follows the body. */
  trailers(headers: readonly string[]): void
  /** The connection is reset; of HTTP/2, the stream. */
  reset(): void
  /** The connection ends when all that was written is with the system; of HTTP/2, the stream breaks off. */
  cut(): void
  /** Calls `listener` once, when it is over: with false if the client has gone before it was answered, or reset. */
  onEnd(listener: (complete: boolean) => void): void
}

/** Whether a method is one whose requests have no body, by the rules of fetch. */
export function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Whether this header says something of one connection only. RFC 9110, section 7.6.1. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name.toLowerCase())
}

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** The pairs for which `keep` says so. */
export function filterHeaders(
  headers: readonly string[],
  keep: (name: string, value: string) => boolean,
): string[] {
  const kept: string[] = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    if (keep(name, value)) kept.push(name, value)
  }
  return kept
}

/** The first value of the header, whose name is in lower case. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() === name) return headers[at + 1]
  }
  return undefined
}

/** The absolute URL of a request. @param target what its first line names: a path, or the whole URL */
export function absoluteUrl(target: string, authority: string | undefined, arrival: Arrival): string {
  if (ABSOLUTE.test(target)) return target.replace(CREDENTIALS, '$1')
  const own = authorityOf(arrival.destination)
  const path = target.startsWith('/') ? target : `/${target}`
  // An authority that holds more than one would change which path is asked for.
  const place = authority !== undefined && NO_AUTHORITY.test(authority) ? ' ' : authority || own
  return `${arrival.secure ? 'https' : 'http'}://${place}${path}`
}

export const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\//i
const CREDENTIALS = /^([a-z]+:\/\/)[^/?#@]*@/i
const NO_AUTHORITY = /[\s/?#@\\]/
