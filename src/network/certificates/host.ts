import net from 'node:net'
import { domainToASCII } from 'node:url'

import { withoutBrackets } from '../destination.ts'

/**
 * A host as certificates name it: an address without brackets and zone, in its shortest form, or a name in lower case, its
 * letters beyond ASCII encoded, without the dot at its end.
 */
export function canonicalHost(host: string): string {
  const bare = withoutBrackets(host).replace(/%.*$/, '')
  if (net.isIPv4(bare)) return bare
  if (net.isIPv6(bare)) return new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const name = bare.replace(/\.$/, '')
  return (domainToASCII(name) || name).toLowerCase()
}

/** The 4 or 16 bytes of an address in its canonical form. */
export function addressBytes(address: string): Uint8Array<ArrayBuffer> {
  if (net.isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : [])
  const missing = 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)]
  return Uint8Array.from(
    all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  )
}
