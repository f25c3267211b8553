import type { spawn } from 'node:child_process'

/** What a supervisor is built on: its program, and the world that it runs in. No function of it needs a `this`. */
export interface SupervisorParts {
  readonly spawn: typeof spawn
  readonly timers: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval'>
  /** In ms. */
  now(): number
  readonly file: string
  readonly args: readonly string[]
  readonly env: Record<string, string>
  onGiveUp?(): void
}

/**
 * What a supervisor promises. Times in ms. Its program says that it is ready by its first output on stdout, and whatever
 * its end is, it is started again: after `delay`, which doubles with each failure, and is never longer than `maxDelay`.
 */
export interface SupervisorOptions {
  readonly delay: number
  readonly maxDelay: number
  /** Who has been ready for so long has all failures before forgotten. */
  readonly stableAfter: number
  /** With one failure more within `window` it gives up. */
  readonly maxRestarts: number
  readonly window: number
  /** How long its program may take to exit after SIGTERM, before SIGKILL. */
  readonly grace: number
  /** Who takes longer to be ready is ended, which is a failure like any other. */
  readonly readyTimeout: number
}

/** A program that is kept running, from `start` to `stop`. `stop` resolves when nothing of it is left. */
export interface Supervising {
  start(): void
  stop(): Promise<void>
}

export type SupervisorClass = new (parts: SupervisorParts, options: SupervisorOptions) => Supervising

export const OPTIONS: SupervisorOptions = {
  delay: 1000,
  maxDelay: 8000,
  stableAfter: 10_000,
  maxRestarts: 3,
  window: 600_000,
  grace: 5000,
  readyTimeout: 5000,
}

/** The longest delay that a timer of Node can wait for, in ms: longer ones become 1 ms. */
export const LONGEST_TIMER = 2 ** 31 - 1
