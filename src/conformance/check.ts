import type { RestartLoopPolicy } from '../restart/policy.ts'
import type { SupervisorAdapter, SupervisorFacts } from './adapter.ts'
import type { Trial } from './trial.ts'

/** One thing that a supervisor should do, and how to find out whether it does. */
export interface Check {
  /** Stable: adapters, score cards and tests call it so. */
  readonly name: string
  /** A sentence in the present tense. */
  readonly title: string
  /** Why this is nothing to ask of that supervisor; undefined if it is, or if only a trial can show that. */
  readonly unless?: (facts: SupervisorFacts, adapter: SupervisorAdapter) => string | undefined
  /** Passes by returning; throws a `Deviation` otherwise, or `Inapplicable`. */
  run(trial: Trial): Promise<void>
}

/** Not applicable to what cannot be started under this policy. */
export function unlessUnder(policy: RestartLoopPolicy) {
  return ({ policies = [] }: SupervisorFacts): string | undefined =>
    policies.includes(policy) ? undefined : `it has no policy like "${policy}"`
}

/** Not applicable to what restarts nothing that has failed. */
export function unlessRestarting({ policies = [] }: SupervisorFacts): string | undefined {
  return policies.some((policy) => policy !== 'never')
    ? undefined
    : 'it does not restart by itself what has failed'
}

/** Not applicable to what cannot be asked for a restart. */
export function unlessAsked(_facts: SupervisorFacts, { restart }: SupervisorAdapter): string | undefined {
  return restart ? undefined : 'it cannot be asked for a restart'
}

/** Not applicable to what does not declare this. */
export function unlessDeclared(...names: (keyof SupervisorFacts)[]) {
  return (facts: SupervisorFacts): string | undefined => {
    const missing = names.find((name) => facts[name] === undefined || facts[name] === false)
    return missing === undefined ? undefined : `it does not declare \`${missing}\``
  }
}

/** The first reason of several. */
export function unlessAny(...reasons: NonNullable<Check['unless']>[]): NonNullable<Check['unless']> {
  return (facts, adapter) => {
    for (const reason of reasons) {
      const found = reason(facts, adapter)
      if (found !== undefined) return found
    }
    return undefined
  }
}
