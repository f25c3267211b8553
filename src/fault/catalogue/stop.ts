import { milliseconds, wholeNumber } from '../../option-checks.ts'
import {
  anySignal,
  checkArgument,
  EVERYWHERE,
  type FactsOf,
  type Fault,
  ignorable,
  make,
  POSIX,
} from '../make.ts'

/** Does not stop as it is told to. */
export const stop = {
  /** Ignores a signal from then on, default `SIGTERM`. SIGKILL and SIGSTOP cannot be ignored. */
  ignoreSignal(signal: NodeJS.Signals = 'SIGTERM'): Fault {
    checkArgument('ignoreSignal', 'signal', signal, ignorable)
    return make('ignoreSignal', 'ready', { signal })
  },
  /**
   * Exits with code 0, but only so many ms of the test's time after a signal, default `SIGTERM`. Who closes its connection,
   * too, as `close()` does, leaves it real time and at most 1.5 s. Not on Windows.
   */
  slowStop(ms: number, signal: NodeJS.Signals = 'SIGTERM'): Fault {
    checkArgument('slowStop', 'ms', ms, milliseconds)
    checkArgument('slowStop', 'signal', signal, ignorable)
    return make('slowStop', 'ready', { ms, signal })
  },
  /** Turns a signal, default `SIGTERM`, into an exit code from 0 to 255, default 0. Not on Windows. */
  exitOnSignal(code: number = 0, signal: NodeJS.Signals = 'SIGTERM'): Fault {
    checkArgument('exitOnSignal', 'code', code, wholeNumber(255))
    checkArgument('exitOnSignal', 'signal', signal, ignorable)
    return make('exitOnSignal', 'ready', { code, signal })
  },
  /** Dies of another signal, default `SIGSEGV`, when it gets one, default `SIGTERM`. Not on Windows. */
  crashOnSignal(by: NodeJS.Signals = 'SIGSEGV', signal: NodeJS.Signals = 'SIGTERM'): Fault {
    checkArgument('crashOnSignal', 'by', by, anySignal)
    checkArgument('crashOnSignal', 'signal', signal, ignorable)
    return make('crashOnSignal', 'ready', { by, signal })
  },
}

export const stopFacts: FactsOf<typeof stop> = {
  ignoreSignal: { on: EVERYWHERE, finds: 'a missing or double escalation' },
  slowStop: { on: POSIX, finds: 'a SIGKILL for what has just ended' },
  exitOnSignal: { on: POSIX, finds: 'a stop taken for a crash, or a crash for a stop' },
  crashOnSignal: { on: POSIX, finds: 'a crash while stopping that is restarted' },
}
