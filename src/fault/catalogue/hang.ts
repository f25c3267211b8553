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
}

export const hangFacts: FactsOf<typeof hang> = {
  hang: { on: EVERYWHERE, finds: 'missing heartbeats and timeouts' },
  freeze: { on: POSIX, finds: 'a stop that never comes to SIGKILL' },
}
