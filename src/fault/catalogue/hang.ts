import { EVERYWHERE, type FactsOf, type Fault, make, POSIX } from '../make.ts'

/** Lives, and does not do what it should. */
export const hang = {
  /** Blocks its event loop for ever, without burning CPU: it answers nothing, and only unhandled signals end it. */
  hang(): Fault {
    return make('hang', 'ready')
  },
  /** Stops as by SIGSTOP: not even SIGTERM has an effect before SIGCONT. Not on Windows. */
  freeze(): Fault {
    return make('freeze', 'ready')
  },
  /**
   * Blocks its event loop for ever, and burns CPU. It never rests, so virtual time stands still (`ERR_CLOCK_STALLED`) until
   * it is killed: there `hang` is the one to take.
   */
  busyLoop(): Fault {
    return make('busyLoop', 'ready')
  },
  /** Sends the test no more messages, neither heartbeats nor answers. It works on, and stops as it is told to. */
  silent(): Fault {
    return make('silent', 'ready')
  },
  /**
   * Reads neither its standard input any more nor its connection to the test, so that whoever writes to it has to wait at
   * some time. Waits for the test, `sleep` and `cue`, never end. Signals have their effect.
   */
  deaf(): Fault {
    return make('deaf', 'ready')
  },
}

export const hangFacts: FactsOf<typeof hang> = {
  hang: { on: EVERYWHERE, finds: 'missing heartbeats and timeouts' },
  freeze: { on: POSIX, finds: 'a stop that never comes to SIGKILL' },
  busyLoop: { on: EVERYWHERE, finds: 'a stop that needs the help of who is stopped' },
  silent: { on: EVERYWHERE, finds: 'liveness taken for readiness' },
  deaf: { on: EVERYWHERE, finds: 'writes without backpressure or an end' },
}
