import { count, signalName } from './options.ts'
import type { Fault } from './stage.ts'

export const crash: Readonly<Record<string, Fault>> = {
  /** Exits with `code`, default 1, without any clean-up. */
  exit(options, _stage, confirm) {
    const code = count(options, 'code', 1)
    if (!Number.isInteger(code) || code > 2 ** 32 - 1) throw new Error(`${code} is no exit code`)
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
  /** Aborts, as after a failed assertion in native code. */
  abort(_options, stage, confirm) {
    confirm({ signal: 'SIGABRT' }, () => {
      stage.fall('SIGABRT')
      process.abort()
    })
  },
  /** Throws what nobody catches. */
  uncaughtException(_options, stage, confirm) {
    const error = injected('uncaughtException')
    confirm({ message: error.message }, () => {
      stage.swallow()
      // Not here: what called this fault might catch it.
      queueMicrotask(() => {
        throw error
      })
    })
  },
  /** Rejects a promise that nobody handles. */
  unhandledRejection(_options, stage, confirm) {
    const error = injected('unhandledRejection')
    confirm({ message: error.message }, () => {
      stage.swallow()
      void Promise.reject(error)
    })
  },
}

function injected(name: string): Error {
  return new Error(`the fault ${name} of vitest-supervise`)
}
