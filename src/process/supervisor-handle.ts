import { type Clock, systemClock } from '../clock/clock.ts'
import { ProcessHandle, type ProcessParts } from './process-handle.ts'
import type { StopOptions } from './stop-tree.ts'

/** @internal What is known of a supervisor that has just been started. */
export interface SupervisorParts extends ProcessParts {
  readonly name: string
  readonly stopSignal: NodeJS.Signals
  readonly closeGrace: number
}

/**
 * A supervisor that is another process, whatever it is written in. It is stopped, with all it started, by `close()`, at the
 * end of an `await using` block, or with its test. `close()` sends `stopSignal` to the supervisor alone, as whoever runs it
 * would: to stop what it has started is then its own business, and is seen to be done, until `closeGrace` ms of real time are
 * over. What is left then, of the supervisor or of its tree, gets SIGKILL.
 */
export class SupervisorHandle extends ProcessHandle {
  readonly #stop: Pick<SupervisorParts, 'stopSignal' | 'closeGrace'> & { readonly clock: Clock }

  /** @internal Handles come from the fixture `supervise`. */
  constructor(parts: SupervisorParts) {
    super(parts.name, parts)
    this.#stop = parts
  }

  /** Ends its standard input, by which many supervisors know that whoever started them is gone. */
  endInput(): void {
    this.process.stdin?.end()
  }

  /** @internal */
  protected override get stopOptions(): StopOptions {
    const { stopSignal, closeGrace, clock } = this.#stop
    // It waits by real timers for what it stops, whatever time the test has.
    return { grace: closeGrace, clock, graceBy: systemClock, signal: stopSignal, alone: true }
  }
}
