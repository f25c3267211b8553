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
}

export const crashFacts: FactsOf<typeof crash> = {
  exit: { on: EVERYWHERE, finds: 'wrong policies, a clean exit taken for a crash' },
  signal: { on: EVERYWHERE, finds: 'code that expects an exit code' },
}
