import { wholeNumber } from '../../option-checks.ts'
import { anySignal, checkArgument, EVERYWHERE, type FactsOf, type Fault, make } from '../make.ts'

/** Ends that nobody asked for. */
export const crash = {
  /** Exits with a code from 0 to 255, default 1, without any clean-up. */
  exit(code: number = 1): Fault {
    checkArgument('exit', 'code', code, wholeNumber(255))
    return make('exit', 'ready', { code })
  },
  /** Sends itself a signal, default `SIGKILL`, and dies of it or handles it. */
  signal(name: NodeJS.Signals = 'SIGKILL'): Fault {
    checkArgument('signal', 'name', name, anySignal)
    return make('signal', 'ready', { signal: name })
  },
  /** Aborts as after a failed assertion in native code: SIGABRT, with a core file where the system writes them. */
  abort(): Fault {
    return make('abort', 'ready')
  },
  /** Throws an error outside of all calls: exit code 1 and a stack on stderr, unless it handles that. */
  uncaughtException(): Fault {
    return make('uncaughtException', 'ready')
  },
  /** Rejects a promise that nobody handles: exit code 1 and a stack on stderr, unless it handles that. */
  unhandledRejection(): Fault {
    return make('unhandledRejection', 'ready')
  },
}

export const crashFacts: FactsOf<typeof crash> = {
  exit: { on: EVERYWHERE, finds: 'wrong policies, a clean exit taken for a crash' },
  signal: { on: EVERYWHERE, finds: 'code that expects an exit code' },
  abort: { on: EVERYWHERE, finds: 'core files that fill a disk' },
  uncaughtException: { on: EVERYWHERE, finds: 'lost stacks: the reason of a crash is on stderr' },
  unhandledRejection: { on: EVERYWHERE, finds: 'lost stacks: the reason of a crash is on stderr' },
}
