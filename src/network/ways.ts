import type { Client } from './client.ts'
import { authorityOf } from './destination.ts'
import type { FaultRule, FaultRules } from './fault-rules.ts'
import type { Handlers } from './handlers.ts'
import { isLoopback } from './loopback.ts'
import { Names } from './names.ts'
import type { Origins } from './origins.ts'
import type { Strikes } from './strikes.ts'
import { nameOfClient, type Unhandled } from './unhandled.ts'
import type { UrlPattern } from './url-pattern.ts'
import type { Destination, LookupVerdict, Verdict } from './verdict.ts'

/** What becomes of a request that no handler answers, as MSW names it. */
export type UnhandledStrategy = 'error' | 'warn' | 'bypass'

export interface WaysParts {
  readonly handlers: Handlers
  readonly rules: FaultRules
  readonly allowed: Origins
  readonly unhandled: Unhandled
  readonly strikes: Strikes
  readonly onUnhandled: UnhandledStrategy
}

type Nowhere = { readonly to: 'nowhere'; readonly code: string }

const DIRECT = { to: 'direct' } as const
const GATEWAY = { to: 'gateway' } as const

/** Decides where what the children of one test want to reach is to go, before there is any request. */
export class Ways {
  readonly #parts: WaysParts
  readonly #names = new Names()
  readonly #warned = new Set<string>()

  constructor(parts: WaysParts) {
    this.#parts = parts
  }

  async connect(client: Client, asked: Destination): Promise<Verdict> {
    const { rules, allowed, onUnhandled } = this.#parts
    const destination = { host: this.#names.nameOf(asked.host), port: asked.port }
    const refused = await this.#refusal(client, () => rules.forConnection(destination), { ...destination })
    if (refused) return refused
    if (isLoopback(destination.host) || allowed.allow(destination)) {
      return this.#isNamed(destination) ? GATEWAY : DIRECT
    }
    if (onUnhandled === 'error' || this.#isMeant(destination)) return GATEWAY
    // What is spoken over it may not be HTTP.
    if (onUnhandled === 'warn') this.#warnOnce(client, `a connection to ${authorityOf(destination)}`)
    return DIRECT
  }

  async lookup(client: Client, host: string): Promise<LookupVerdict> {
    const { rules, allowed, handlers } = this.#parts
    const refused = await this.#refusal(client, () => rules.forName(host), { host })
    if (refused) return refused
    if (isLoopback(host) || allowed.allowHost(host)) return DIRECT
    if (handlers.mayMeanHost(host) || this.#isStruck((pattern) => pattern.mayMeanHost(host))) {
      return { ...GATEWAY, address: this.#names.addressOf(host) }
    }
    return this.#refuse(client, `lookup of ${host}`, 'ENOTFOUND')
  }

  datagram(client: Client, asked: Destination): Verdict {
    const destination = { host: this.#names.nameOf(asked.host), port: asked.port }
    if (isLoopback(destination.host) || this.#parts.allowed.allow(destination, 'udp')) return DIRECT
    return this.#refuse(client, `udp ${authorityOf(destination)}`, 'ECONNREFUSED')
  }

  /**
   * Whether a request that nobody answers goes on to the real server. If it does not, the test is told of it.
   * @param what the method and the URL
   * @param hint why a handler that it was meant for does not answer it
   */
  lets(client: Client, what: string, place: Destination, hint = ''): boolean {
    const { allowed, onUnhandled, unhandled } = this.#parts
    if (allowed.allow(place)) return true
    if (onUnhandled === 'warn') warn(client, what)
    // The servers of this machine are as they are, also where only some of what they are asked is answered here.
    if (onUnhandled !== 'error' || (isLoopback(place.host) && hint === '')) return true
    unhandled.add(client, what, hint)
    return false
  }

  /** There is no server where a request was let through to. Gives back whether the test is told, as nobody has allowed that. */
  unreached(client: Client, what: string, place: Destination): boolean {
    const { allowed, onUnhandled, unhandled } = this.#parts
    if (onUnhandled !== 'error' || allowed.allow(place)) return false
    unhandled.add(client, what)
    return true
  }

  /** A connection was open to the end and said nothing. */
  silent(client: Client, destination: Destination): void {
    const { onUnhandled, unhandled } = this.#parts
    if (onUnhandled !== 'error' || this.#isMeant(destination)) return
    unhandled.add(
      client,
      `tcp ${authorityOf(destination)}`,
      'it sent nothing, and waited for the other side to begin',
    )
  }

  /** A connection held neither HTTP nor TLS. */
  unintelligible(client: Client, destination: Destination, text: string): void {
    const hint = `it began with ${JSON.stringify(text)}, which is neither HTTP nor TLS`
    this.#parts.unhandled.add(client, `tcp ${authorityOf(destination)}`, hint)
  }

  /** A client has broken off a TLS handshake. @param reason as OpenSSL has it */
  untrusted(client: Client, destination: Destination, reason: string): void {
    // Others just went, as those do that are killed.
    if (!/alert|certificate/i.test(reason)) return
    const hint = `it does not trust the authority of the test, or speaks another TLS (${reason.split('\n', 1)[0]?.trim()})`
    this.#parts.unhandled.add(client, `tls ${authorityOf(destination)}`, hint)
  }

  /** The verdict of a fault for connections, once it has struck. */
  async #refusal(
    client: Client,
    find: () => FaultRule | undefined,
    proof: { readonly host: string; readonly port?: number },
  ): Promise<Nowhere | undefined> {
    if (!find()) return undefined
    // Which of several children is struck is decided in their order.
    await new Promise<void>((resolve) => client.route.deliver(resolve))
    const rule = find()
    if (!rule) return undefined
    const code = rule.fault.connect ?? 'ECONNREFUSED'
    await this.#parts.strikes.strike(rule, client, { ...proof, code })
    return { to: 'nowhere', code }
  }

  #refuse(client: Client, what: string, code: string): typeof DIRECT | Nowhere {
    const { onUnhandled, unhandled } = this.#parts
    if (onUnhandled === 'error') {
      unhandled.add(client, what)
      return { to: 'nowhere', code }
    }
    if (onUnhandled === 'warn') warn(client, what)
    return DIRECT
  }

  #warnOnce(client: Client, what: string): void {
    const key = `${nameOfClient(client)} ${what}`
    if (this.#warned.has(key)) return
    this.#warned.add(key)
    warn(client, what)
  }

  #isNamed(destination: Destination): boolean {
    return this.#parts.handlers.name(destination) || this.#isStruck((pattern) => pattern.names(destination))
  }

  #isMeant(destination: Destination): boolean {
    return (
      this.#parts.handlers.mayMean(destination) || this.#isStruck((pattern) => pattern.mayMean(destination))
    )
  }

  #isStruck(by: (pattern: UrlPattern) => boolean): boolean {
    return this.#parts.rules.patterns.some(by)
  }
}

function warn(client: Client, what: string): void {
  console.warn(
    `vitest-supervise: ${nameOfClient(client)} asked the network for what no handler answers, and it is let through: ${what}`,
  )
}
