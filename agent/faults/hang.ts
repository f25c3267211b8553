import type { Fault } from './stage.ts'

const posix = process.platform !== 'win32'

export const hang: Readonly<Record<string, Fault>> = {
  /** Blocks the event loop for ever, without burning CPU. */
  hang(_options, stage, confirm) {
    confirm(null, () => {
      stage.park()
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })
  },
  ...(posix ? { freeze } : {}),
}

/** Stops itself as by a job-control stop, until SIGCONT. */
function freeze(...[, stage, confirm]: Parameters<Fault>): void {
  confirm({ signal: 'SIGSTOP' }, () => {
    stage.park()
    process.kill(process.pid, 'SIGSTOP')
  })
}
