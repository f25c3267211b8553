import type { Clock } from '../clock/clock.ts'
import type { Deferred, Notifier } from '../wait.ts'
import type { Fault } from './fault.ts'
import type { Rule } from './rule.ts'

/** What the records of one plan share. */
export interface RecordContext {
  readonly rules: readonly Rule[]
  readonly clock: Clock
  /** Told when an order is off: confirmed, failed, or over with its agent. */
  readonly settled: Notifier
  nextOrder(): number
}

/** What an agent has been ordered and has not answered. */
export interface Order {
  readonly fault: Fault
  readonly rule?: Rule
  readonly confirmed?: Deferred<void>
}
