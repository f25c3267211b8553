import type { ChildProcess } from 'node:child_process'

import { abortable } from '../wait.ts'

/** How a process ended: by itself with a code, or by a signal. Exactly one of the two is not null. */
export interface WatchResult {
  readonly pid: number
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

/** Waits for the end of one child process: for its exit, not for its pipes, which a grandchild may hold open. */
export class Watcher {
  readonly #exited: Promise<WatchResult>

  /** @param process a child that was started; one that could not be has no end to wait for */
  constructor(process: ChildProcess) {
    this.#exited = new Promise((resolve) => {
      const settle = (): void =>
        resolve({ pid: process.pid ?? 0, exitCode: process.exitCode, signal: process.signalCode })
      if (process.exitCode !== null || process.signalCode !== null) settle()
      else process.once('exit', settle)
    })
  }

  /** Resolves when the process has ended. Rejects with the signal's reason when `signal` aborts: the wait ends, not the process. */
  wait(signal?: AbortSignal): Promise<WatchResult> {
    return abortable(this.#exited, signal)
  }
}
