import { type Clock, type PatientClock, waitBy } from '../clock/clock.ts'
import type { Json } from '../json.ts'
import type { Client } from './client.ts'
import type { FaultRule } from './fault-rules.ts'
import type { NetworkEvent } from './network-event.ts'

/** Has faults of the network strike, in the time of the test and its timeline. */
export class Strikes {
  readonly #clock: Clock | PatientClock
  readonly #observe: (event: NetworkEvent) => void
  readonly #over = new AbortController()

  constructor(clock: Clock | PatientClock, observe: (event: NetworkEvent) => void) {
    this.#clock = clock
    this.#observe = observe
  }

  /** No delay is waited for any more. */
  close(): void {
    this.#over.abort()
  }

  /**
   * Counts the fault and tells of it, then lets its delay pass. Resolves to false if the child has gone meanwhile, or the test
   * has ended.
   * @param proof what it has struck
   */
  async strike(
    rule: FaultRule,
    { agent, attempt }: Client,
    proof: { readonly [key: string]: Json },
    signal?: AbortSignal,
  ): Promise<boolean> {
    rule.strike()
    this.#observe({ kind: 'fault', agent, attempt, fault: rule.name, proof: { ...proof } })
    const { delay } = rule.fault
    const over = signal ? AbortSignal.any([signal, this.#over.signal]) : this.#over.signal
    if (delay !== undefined) await waitBy(this.#clock, delay, over).catch(() => {})
    return !over.aborted
  }
}
