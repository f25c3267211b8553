import { checkArgument, EVERYWHERE, type FactsOf, type Fault, ignorable, make } from '../make.ts'

/** Does not stop as it is told to. */
export const stop = {
  /** Ignores a signal from then on, default `SIGTERM`. SIGKILL and SIGSTOP cannot be ignored. */
  ignoreSignal(signal: NodeJS.Signals = 'SIGTERM'): Fault {
    checkArgument('ignoreSignal', 'signal', signal, ignorable)
    return make('ignoreSignal', 'ready', { signal })
  },
}

export const stopFacts: FactsOf<typeof stop> = {
  ignoreSignal: { on: EVERYWHERE, finds: 'a missing or double escalation' },
}
