import { count, signalName } from './options.ts'
import type { Fault } from './stage.ts'

export const crash: Readonly<Record<string, Fault>> = {
  /** Exits with `code`, default 1, without any clean-up. */
  exit(options, _stage, confirm) {
    const code = count(options, 'code', 1)
    confirm({ code }, () => process.exit(code))
  },
  /** Sends `signal`, default SIGKILL, to itself. */
  signal(options, stage, confirm) {
    const name = signalName(options, 'SIGKILL')
    confirm({ signal: name }, () => {
      stage.fall(name)
      process.kill(process.pid, name)
    })
  },
}
