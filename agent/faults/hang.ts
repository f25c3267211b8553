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
  /** Blocks the event loop for ever, and burns CPU. */
  busyLoop(_options, _stage, confirm) {
    confirm(null, () => {
      for (;;);
    })
  },
  /** Sends no more messages. */
  silent(_options, stage, confirm) {
    stage.mute()
    stage.swallow()
    confirm(null)
  },
  /** Reads neither standard input nor what the test sends. */
  deaf(_options, stage, confirm) {
    confirm(null, () => {
      stage.connection.deafen()
      const { stdin } = process
      stdin.pause()
      // Whatever asks for more gets nothing.
      stdin._read = () => {}
      stdin.resume = () => stdin
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
