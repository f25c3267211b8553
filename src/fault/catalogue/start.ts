import { checkArgument, EVERYWHERE, type FactsOf, type Fault, make, milliseconds, POSIX } from '../make.ts'

/** Is refused by the system, or does not come up as it should. */
export const start = {
  /** Is ready later, by so many ms of the test's time. Strikes at `start`. */
  slowStart(ms: number): Fault {
    checkArgument('slowStart', 'ms', ms, milliseconds)
    return make('slowStart', 'start', { ms })
  },
  /** Lives, and never says that it is ready. Strikes at `start`. */
  neverReady(): Fault {
    return make('neverReady', 'start')
  },
  /** Cannot be started: the system finds no such file (ENOENT). Strikes at `spawn`. */
  notFound(): Fault {
    return make('notFound', 'spawn')
  },
  /** Cannot be started: the system may not execute the file (EACCES). Strikes at `spawn`. Not on Windows. */
  notExecutable(): Fault {
    return make('notExecutable', 'spawn')
  },
}

export const startFacts: FactsOf<typeof start> = {
  slowStart: { on: EVERYWHERE, finds: 'races with the start timeout' },
  neverReady: { on: EVERYWHERE, finds: 'a start that waits for ever' },
  notFound: { on: EVERYWHERE, finds: 'a supervisor that only listens for `exit`' },
  notExecutable: { on: POSIX, finds: 'retries of what can never succeed' },
}
