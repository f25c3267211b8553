import { signalName } from './options.ts'
import type { Fault } from './stage.ts'

export const stop: Readonly<Record<string, Fault>> = {
  /** Ignores `signal`, default SIGTERM, from now on. */
  ignoreSignal(options, stage, confirm) {
    const name = signalName(options, 'SIGTERM')
    stage.ignore(name)
    confirm({ signal: name })
  },
}
