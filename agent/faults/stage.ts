import type { Json } from '../../src/json.ts'

/** What a fault does its work upon. */
export interface Stage {
  /** Whether `ready` has been said. */
  readonly ready: boolean
  /** Makes `ready` wait this long; `Infinity`: it is never said. */
  delayReady(ms: number): void
  /** Ignores this signal from now on, whatever else listens for it. */
  ignore(signal: NodeJS.Signals): void
  /** Closes the connection to the test and lives on. */
  disconnect(): void
  /** Says that the process falls to this signal, which it is sent next, unless it handles it. */
  fall(signal: NodeJS.Signals): void
  /** Says that nothing will happen here any more. */
  park(): void
}

/** The options of a fault, as the test ordered it. */
export type FaultOptions = { readonly [option: string]: Json }

/** Tells the test that the fault has fired, then does `deed` as soon as that is out. */
export type Confirm = (proof: Json, deed?: () => void) => void

/**
 * A fault: does what its name says, and calls `confirm` once, while it still can. Throws before that when it cannot
 * be played.
 */
export type Fault = (options: FaultOptions, stage: Stage, confirm: Confirm) => void
