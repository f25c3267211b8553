import { isConfinement } from '../process/confinement/index.ts'
import type { Fault } from './fault.ts'
import { attemptsText, type Place, pointText } from './where.ts'

/** A fault that is to strike certain attempts, each at the same point and once. */
export class Rule {
  readonly fault: Fault
  readonly place: Place
  /** Its stack leads to where it was injected. Undefined for one that may never strike: nobody will ask. */
  readonly site: Error | undefined
  /** Whether it has struck at least once. */
  fired = false
  cancelled = false

  constructor(fault: Fault, place: Place, site: Error | undefined) {
    this.fault = fault
    this.place = place
    this.site = site
  }

  /** Whether it strikes this attempt. Asks a function of the user's. */
  matches(agent: string, attempt: number): boolean {
    if (this.cancelled || !this.names(agent)) return false
    const { attempts } = this.place
    if (attempts === 'every') return true
    if (typeof attempts === 'function') return attempts(attempt)
    const [first, last] = typeof attempts === 'number' ? [attempts, attempts] : attempts
    return first <= attempt && attempt <= last
  }

  names(agent: string): boolean {
    return this.place.agent === undefined || this.place.agent === agent
  }

  /** The attempts that it names by their numbers. */
  get range(): readonly [first: number, last: number] | undefined {
    const { attempts } = this.place
    if (typeof attempts === 'number') return [attempts, attempts]
    return typeof attempts === 'object' ? attempts : undefined
  }

  toString(): string {
    const { agent, attempts, at } = this.place
    const who = agent === undefined ? 'any agent' : `agent "${agent}"`
    return `${this.fault.text} of ${who}, ${attemptsText(attempts)}, ${pointText(at)}`
  }
}

/** Those for which the start of this attempt has to be made ready. */
export function confiningRules(rules: readonly Rule[], agent: string, attempt: number): Rule[] {
  return rules.filter((rule) => isConfinement(rule.fault.name) && rule.matches(agent, attempt))
}
