import type { Command } from 'commander'

import type { Streams } from './streams.ts'

/** What a command is run with. */
export interface Context {
  readonly streams: Streams
  readonly environment: Readonly<Record<string, string | undefined>>
  /**
   * Aborts when the user ends it: it then leaves nothing running, and rejects with the reason. Who never asks for it, because
   * it may not come to hear of it, is ended by the system.
   */
  readonly signal: AbortSignal
}

/** Adds a command to the program. What it does gives the exit code to `done`. */
export type AddCommand = (program: Command, context: Context, done: (code: ExitCode) => void) => void

/** What all commands end with: nothing to complain of, something found, not able to. */
export type ExitCode = 0 | 1 | 2
