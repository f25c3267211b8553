import type { RestartLoopOptions } from '../restart-loop.ts'
import type { RestartPresetFacts } from './facts.ts'

/** The options of a loop that a preset sets. */
export type RestartPresetOptions = Pick<
  RestartLoopOptions,
  'policy' | 'success' | 'maxRestarts' | 'window' | 'resetAfter' | 'backoff'
>

/** Options of a `RestartLoop`, to be spread into them, and what is known of the program that restarts like this. */
export interface RestartPreset extends RestartPresetOptions {
  readonly preset: RestartPresetFacts
}

/** A program as it is documented, and what it really does differently. */
export interface KnownSupervisor extends Omit<RestartPresetFacts, 'name' | 'as' | 'seen'> {
  readonly options: RestartPresetOptions
  readonly seen?: string
  /** What replaces `options` if it is to be as observed. */
  readonly observed?: Partial<RestartPresetOptions>
}
