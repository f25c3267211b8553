import { SuperviseError } from '../errors.ts'
import { invalidOption } from '../option-checks.ts'
import { withNetwork } from './environment.ts'
import type { NetworkInjection } from './fault-rules.ts'
import type { NetworkHandler } from './handlers.ts'
import type { NetworkAnswerer } from './network-answerer.ts'
import type { NetworkFault } from './network-fault.ts'
import type { NetworkRequest } from './request-log.ts'
import type { UrlLike } from './url-pattern.ts'

/** What a network needs of the gateway behind it. */
export interface NetworkParts {
  readonly answerer: NetworkAnswerer
  readonly env: Readonly<Record<string, string>>
}

/**
 * The network as the children of one test see it: their HTTP, HTTPS, HTTP/2 and WebSocket traffic is answered here, from
 * the first request of every attempt. Loopback is as it is, unless a handler or a fault names its origin.
 */
export class Network {
  /**
   * The environment by which a child that the test starts itself is part of it: `{ ...process.env, ...network.env }`. What the
   * fixtures start has it anyway. Its `NODE_OPTIONS` hold those of this process, too.
   */
  get env(): Readonly<Record<string, string>> {
    const { NODE_OPTIONS } = process.env
    return withNetwork(NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS }, this.#parts.env, {})
  }

  readonly #parts: NetworkParts
  #closed = false

  /** @internal The fixture `network` and `openNetwork()` of a harness make it. */
  constructor(parts: NetworkParts) {
    this.#parts = parts
    // They are taken apart: `async ({ network: { use } }) => …`.
    this.use = this.use.bind(this)
    this.fail = this.fail.bind(this)
    this.allow = this.allow.bind(this)
  }

  /**
   * Adds handlers of MSW, which come before those that are there. Throws `ERR_OPTION_INVALID` for something else, and for a
   * handler of a relative URL.
   */
  use(...handlers: NetworkHandler[]): void {
    this.#open.handlers.use(handlers)
  }

  /**
   * Has requests for this URL go wrong, before any handler is asked. Of several faults for one URL the first strikes until its
   * `times` are over. `*` stands for anything, `:name` for anything but a slash; queries do not count. A
   * fault that never strikes fails the test with `ERR_FAULT_UNFIRED`. Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID`.
   */
  fail(url: UrlLike, fault: NetworkFault): NetworkInjection {
    const rule = this.#open.rules.add(url, fault, Network.prototype.fail)
    // On a connection that is there already it would have to be made again.
    if (fault.connect !== undefined)
      void this.#parts.answerer.closeIdle((destination) => rule.pattern.mayMean(destination))
    return rule
  }

  /**
   * Lets children reach these origins for real: `https://api.example.com`, `http://10.0.0.1:8080`, `tcp://db.internal:5432`,
   * `udp://statsd.internal:8125`, or `*.example.com` for every port. What a handler or a fault names is still answered
   * here. Throws `ERR_OPTION_INVALID`.
   */
  allow(...origins: string[]): void {
    if (origins.length === 0)
      throw invalidOption('network.allow()', 'origins', origins, 'at least one origin')
    for (const origin of origins) this.#open.allowed.add(origin)
  }

  /** What the children have asked for so far, in order, as it stands at this moment. */
  get requests(): readonly NetworkRequest[] {
    return Object.freeze(this.#parts.answerer.records.map((record) => record.snapshot()))
  }

  /** @internal Nothing can be changed any more. */
  close(): void {
    this.#closed = true
  }

  get #open(): NetworkAnswerer {
    if (!this.#closed) return this.#parts.answerer
    throw new SuperviseError(
      'ERR_SCOPE_CLOSED',
      'The network of a test was changed after the test had ended. Await what changes it, and stop what goes on in the background.',
    )
  }
}
