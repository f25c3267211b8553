import type { Clock } from '../clock/clock.ts'
import { ProcessHandle, type ProcessParts } from './process-handle.ts'
import type { StopOptions } from './stop-tree.ts'

/** @internal What is known of a supervisor that has just been started. */
export interface SupervisorParts extends ProcessParts {
  readonly name: string
  readonly stopSignal: NodeJS.Signals
  readonly closeGrace: number
  /** Whose ms those are. */
  readonly graceBy: Clock
}

/**
 * A supervisor that is another process, whatever it is written in. It is stopped, with all it started, by `close()`, at the
 * end of an `await using` block, or with its test. `close()` sends `stopSignal` to the supervisor alone, as whoever runs it
 * would: to stop what it has started is then its own business, and is seen to be done, until `closeGrace` ms are over, of
 * real time, or of virtual time if it goes by that. What is left then, of the supervisor or of its tree, gets SIGKILL.
 */
export class SupervisorHandle extends ProcessHandle {
  readonly #stop: Pick<SupervisorParts, 'stopSignal' | 'closeGrace' | 'graceBy'> & { readonly clock: Clock }

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
    const { stopSignal, closeGrace, clock, graceBy } = this.#stop
    return { grace: closeGrace, clock, graceBy, signal: stopSignal, alone: true }
  }
}
