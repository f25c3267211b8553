import { count, signalName } from './options.ts'
import type { Fault } from './stage.ts'

export const stop: Readonly<Record<string, Fault>> = {
  /** Ignores `signal`, default SIGTERM, from now on. */
  ignoreSignal(options, stage, confirm) {
    const name = signalName(options, 'SIGTERM')
    stage.ignore(name)
    confirm({ signal: name })
  },
  ...(process.platform === 'win32' ? {} : { slowStop, exitOnSignal, crashOnSignal }),
}

/** Exits with 0 `ms` of the test's time after `signal`, default SIGTERM. */
function slowStop(...[options, stage, confirm]: Parameters<Fault>): void {
  const ms = count(options, 'ms')
  const signal = signalName(options, 'SIGTERM')
  let stopping = false
  stage.answer(signal, () => {
    if (stopping) return
    stopping = true
    stage.later(ms, () => process.exit(0))
  })
  confirm({ ms, signal })
}

/** Turns `signal`, default SIGTERM, into the exit code `code`. */
function exitOnSignal(...[options, stage, confirm]: Parameters<Fault>): void {
  const code = count(options, 'code', 0)
  const signal = signalName(options, 'SIGTERM')
  stage.answer(signal, () => process.exit(code))
  confirm({ code, signal })
}

/** Dies of `by`, default SIGSEGV, when it gets `signal`, default SIGTERM. */
function crashOnSignal(...[options, stage, confirm]: Parameters<Fault>): void {
  const by = signalName(options, 'SIGSEGV', 'by')
  const signal = signalName(options, 'SIGTERM')
  stage.answer(signal, () => {
    stage.fall(by)
    process.kill(process.pid, by)
  })
  confirm({ by, signal })
}
