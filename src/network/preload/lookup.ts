import type { LookupAddress, LookupOptions } from 'node:dns'

import { builtin } from '../../preload/builtins.ts'
import type { Answer, Control } from './control.ts'
import { nameError } from './native-error.ts'

export type Lookup = (host: string, options: LookupOptions, callback: LookupCallback) => void
export type LookupCallback = (error: Error | null, ...found: unknown[]) => void

/** Node's own and what stands in its place, once `dns` has been loaded. */
let wrapped: { readonly original: Lookup; readonly ours: Lookup } | undefined

/** What looks a name up for a connection that may go where it wants: without asking again, if the program has not put its own in place. */
export function realLookup(): Lookup {
  const current = builtin('node:dns').lookup as unknown as Lookup
  return wrapped && current === wrapped.ours ? wrapped.original : current
}

/** Whether Node itself knows what the name stands for, and nobody is asked. */
export function isKnown(host: unknown): boolean {
  if (typeof host !== 'string' || host === '' || builtin('node:net').isIP(host) !== 0) return true
  return /^(.+\.)?localhost\.?$/i.test(host)
}

/** Has `dns.lookup` answered by the gateway. */
export function wrapLookup(control: Control): void {
  const dns = builtin('node:dns')
  const original = dns.lookup as unknown as Lookup
  const lookup = (host: string, ...rest: unknown[]): unknown => {
    const callback = rest.at(-1)
    if (isKnown(host) || typeof callback !== 'function') return Reflect.apply(original, dns, [host, ...rest])
    const given = rest.length > 1 ? rest[0] : {}
    // Complains at once of what is wrong with the options, as it does of an address.
    Reflect.apply(original, dns, ['127.0.0.1', given, () => {}])
    control.ask({ t: 'lookup', host }, (answer) => {
      if (answer.to === 'direct') return Reflect.apply(original, dns, [host, given, callback])
      const found = find(host, given, answer)
      if (found instanceof Error) callback(found)
      else if (optionsOf(given).all) callback(null, [found])
      else callback(null, found.address, found.family)
    })
    return {}
  }
  const ours = Object.defineProperties(lookup, Object.getOwnPropertyDescriptors(original))
  wrapped = { original, ours }
  dns.lookup = ours as unknown as typeof dns.lookup
}

/** Has `dns.promises.lookup` answered by the gateway. */
export function wrapLookupPromise(control: Control): void {
  const promises = builtin('node:dns/promises')
  const original = promises.lookup as unknown as (host: string, given?: unknown) => Promise<unknown>
  const lookup = (host: string, given?: unknown): Promise<unknown> => {
    if (isKnown(host)) return Reflect.apply(original, promises, [host, given])
    void Reflect.apply(original, promises, ['127.0.0.1', given])
    return new Promise((resolve, reject) => {
      control.ask({ t: 'lookup', host }, (answer) => {
        if (answer.to === 'direct') return resolve(Reflect.apply(original, promises, [host, given]))
        const found = find(host, given, answer)
        if (found instanceof Error) reject(found)
        else resolve(optionsOf(given).all ? [found] : found)
      })
    })
  }
  Object.assign(promises, {
    lookup: Object.defineProperties(lookup, Object.getOwnPropertyDescriptors(original)),
  })
}

/** The one address that is known, in the family that is wanted. */
function find(
  host: string,
  given: unknown,
  answer: Exclude<Answer, { to: 'direct' }>,
): LookupAddress | Error {
  if (answer.to === 'nowhere')
    return nameError('getaddrinfo', answer.why ? 'ENOTFOUND' : answer.code, host, answer.why)
  const { address = '127.0.0.1' } = answer
  const { family: wanted, hints = 0 } = optionsOf(given)
  const family = builtin('node:net').isIPv6(address) ? 6 : 4
  const number = wanted === 'IPv4' ? 4 : wanted === 'IPv6' ? 6 : (wanted ?? 0)
  if (number === 0 || number === family) return { address, family }
  if (number === 6 && (hints & builtin('node:dns').V4MAPPED) !== 0)
    return { address: `::ffff:${address}`, family: 6 }
  return nameError('getaddrinfo', 'ENOTFOUND', host)
}

function optionsOf(given: unknown): LookupOptions {
  if (typeof given === 'number') return { family: given }
  return given ?? {}
}
