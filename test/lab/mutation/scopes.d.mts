export interface MutationScope {
  readonly mutate: readonly string[]
  /** In this order: the first that fails ends the run of a mutant, so quick ones first. */
  readonly tests: readonly string[]
  /** Threads start sooner. But a clock sees what the whole process waits for. */
  readonly pool: 'forks' | 'threads'
}

/**
 * What is mutated, by its folder below `src`, and the tests that should notice. Tests that run Vitest projects of their own
 * use `dist`, which is not mutated.
 */
export const SCOPES: Readonly<Record<string, MutationScope>>

/** Tests that take a second or more, or put the machine under load. What they see, others see as well. */
export const TOO_SLOW: readonly RegExp[]

/** Tests that for a while leave no descriptor to the process, and so none to the run, of which they are threads. */
export const OF_THE_WHOLE_PROCESS: readonly RegExp[]

/** Where Stryker keeps what it knows of a scope, as a report in its JSON format. */
export function resultsOf(scope: string): string
