import type { fault as faults, Fault } from '../../../src/index.ts'

type Faults = typeof faults

/**
 * Every fault that there is, with arguments: a fault that is added is added here, too, by one line. What this machine cannot do
 * is left out of a run and counted.
 */
export const SAMPLES: Readonly<Record<keyof Faults, (fault: Faults) => Fault>> = {
  exit: (fault) => fault.exit(3),
  signal: (fault) => fault.signal('SIGKILL'),
  hang: (fault) => fault.hang(),
  freeze: (fault) => fault.freeze(),
  ignoreSignal: (fault) => fault.ignoreSignal('SIGTERM'),
  slowStart: (fault) => fault.slowStart(15),
  neverReady: (fault) => fault.neverReady(),
  closeSocket: (fault) => fault.closeSocket(),
  notFound: (fault) => fault.notFound(),
  notExecutable: (fault) => fault.notExecutable(),
}
