import os from 'node:os'

/** What a command is ended with by its user. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}.`)
    this.signal = signal
  }

  /** As a shell has it: 130 for Ctrl-C. */
  get exitCode(): number {
    return 128 + os.constants.signals[this.signal]
  }
}

/** Aborts, with an {@link Interrupted}, when this process is told to end. Told again, it ends at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => controller.abort(new Interrupted(signal)))
  return controller.signal
}
