import { isUrlLike, type UrlLike, UrlPattern } from './url-pattern.ts'
import { leadTo, SuperviseError } from '../errors.ts'
import { invalidOption } from '../option-checks.ts'
import { checkNetworkFault, type NetworkFault, nameOfFault } from './network-fault.ts'
import type { Destination } from './verdict.ts'

/** A fault that `network.fail()` has injected. */
export interface NetworkInjection {
  /** Whether it has struck. */
  readonly fired: boolean
  /** How often it has struck. */
  readonly count: number
  /** Has it strike no more, and the test not ask for it. */
  cancel(): void
}

/** One fault, and what it is to strike. */
export class FaultRule implements NetworkInjection {
  readonly pattern: UrlPattern
  readonly fault: NetworkFault
  /** How the timeline calls it. */
  readonly name: string
  /** Where it was injected. */
  readonly site = new Error('network.fail()')
  readonly #times: number
  #count = 0
  #cancelled = false

  constructor(pattern: UrlPattern, fault: NetworkFault) {
    this.pattern = pattern
    this.fault = fault
    this.name = nameOfFault(fault)
    this.#times = fault.times ?? Infinity
  }

  get count(): number {
    return this.#count
  }

  get fired(): boolean {
    return this.#count > 0
  }

  /** Whether it is over, or was called off. */
  get isSpent(): boolean {
    return this.#cancelled || this.#count >= this.#times
  }

  /** Whether the test passes for nothing because of it. */
  get isMissed(): boolean {
    return !this.fired && !this.#cancelled && this.fault.optional !== true
  }

  /** Whether a later fault waits for this one: not if it never ends, and may be about other requests. */
  isBefore(later: FaultRule): boolean {
    return this.#times !== Infinity || `${this.pattern}` === `${later.pattern}`
  }

  strike(): void {
    this.#count += 1
  }

  cancel(): void {
    this.#cancelled = true
  }
}

/** The faults of one test's network: the first that matches and is not spent strikes. */
export class FaultRules {
  readonly #rules: FaultRule[] = []

  /** Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID`. @param caller what the test has called */
  add(url: UrlLike, fault: NetworkFault, caller: (...input: never[]) => unknown = this.add): FaultRule {
    if (!isUrlLike(url)) {
      const expected =
        'an absolute URL such as "https://api.example.com/*", one that begins with "*", or a regular expression'
      throw invalidOption('network.fail()', 'url', url, expected)
    }
    checkNetworkFault(fault)
    if (typeof url === 'string' && url.includes('?')) {
      const expected = 'a URL without a query, which does not count: a handler can look at it'
      throw invalidOption('network.fail()', 'url', url, expected)
    }
    const rule = new FaultRule(new UrlPattern(url), { ...fault })
    Error.captureStackTrace(rule.site, caller)
    this.#rules.push(rule)
    return rule
  }

  /** What strikes a request for this URL. */
  forRequest(url: string): FaultRule | undefined {
    return this.#live.find((rule) => rule.fault.connect === undefined && rule.pattern.matches(url))
  }

  /** Whether any connection is to fail. */
  get haveConnections(): boolean {
    return this.#live.some(({ fault }) => fault.connect !== undefined)
  }

  /** What strikes a connection to this destination: nothing as long as a fault for requests there has its turn. */
  forConnection(destination: Destination): FaultRule | undefined {
    const live = this.#live.filter(({ pattern }) => pattern.mayMean(destination))
    const rule = live.find(({ fault }) => fault.connect !== undefined)
    if (!rule) return undefined
    const isFirst = live.slice(0, live.indexOf(rule)).every((earlier) => !earlier.isBefore(rule))
    return isFirst ? rule : undefined
  }

  /** What has this name not be found. */
  forName(host: string): FaultRule | undefined {
    return this.#live.find(
      ({ fault, pattern }) =>
        (fault.connect === 'ENOTFOUND' || fault.connect === 'EAI_AGAIN') && pattern.mayMeanHost(host),
    )
  }

  /** The URLs that faults are, or were, injected for: spent ones, too, so that what is reached does not depend on them. */
  get patterns(): UrlPattern[] {
    return this.#rules.map(({ pattern }) => pattern)
  }

  /** The error of the faults that never struck, `ERR_FAULT_UNFIRED`. */
  unfired(): SuperviseError | undefined {
    const missed = this.#rules.filter((rule) => rule.isMissed)
    if (missed.length === 0) return undefined
    const lines = missed.map(({ name, pattern }) => `- ${name} for ${pattern}`)
    const error = new SuperviseError(
      'ERR_FAULT_UNFIRED',
      `The test ended, and ${missed.length === 1 ? 'a network fault that it injected has' : `${missed.length} network faults that it injected have`} ` +
        `never struck:\n${lines.join('\n')}\nA test passes for nothing if its fault does not happen: nothing has asked for such a ` +
        'URL, or faults that were injected before it struck instead. Inject with `optional: true` if it need not happen.',
      { faults: missed.map(({ name, pattern }) => ({ fault: name, url: String(pattern) })) },
    )
    leadTo(error, missed[0]?.site)
    return error
  }

  get #live(): FaultRule[] {
    return this.#rules.filter((rule) => !rule.isSpent)
  }
}
