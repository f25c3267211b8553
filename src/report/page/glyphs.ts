import type { TimelineEvent } from '../../timeline/events.ts'

/** What a mark says at a glance: its shape and its colour, so that either is enough. */
export type Glyph =
  | 'start'
  | 'ready'
  | 'said'
  | 'fault'
  | 'request'
  | 'signal'
  | 'exit'
  | 'failure'
  | 'decision'

/** Within a square of 12, its middle at 0. */
export const GLYPH_PATHS: Readonly<Record<Glyph, string>> = {
  start: 'M-3.5-5L5 0L-3.5 5Z',
  ready: 'M0-4.6A4.6 4.6 0 1 1 0 4.6A4.6 4.6 0 1 1 0-4.6ZM0-2.2A2.2 2.2 0 1 0 0 2.2A2.2 2.2 0 1 0 0-2.2Z',
  said: 'M0-3.6A3.6 3.6 0 1 1 0 3.6A3.6 3.6 0 1 1 0-3.6Z',
  fault: 'M0-5.6L5.6 0L0 5.6L-5.6 0Z',
  request: 'M-4-4H4V4H-4Z',
  signal: 'M-5-4H5L0 5Z',
  exit: 'M-1.8-5.5H1.8V5.5H-1.8Z',
  failure: 'M-5-3.2L-3.2-5L0-1.8L3.2-5L5-3.2L1.8 0L5 3.2L3.2 5L0 1.8L-3.2 5L-5 3.2L-1.8 0Z',
  decision: 'M-4-4H4V4H-4ZM-2.2-2.2V2.2H2.2V-2.2Z',
}

/** What the legend says of each. */
export const GLYPH_NAMES: Readonly<Record<Glyph, string>> = {
  start: 'spawned',
  ready: 'ready',
  said: 'cue, note, step',
  fault: 'fault',
  request: 'request',
  signal: 'signal',
  exit: 'exited with code 0',
  failure: 'failure: other exits, failed starts, gave up, not caught',
  decision: 'backoff, reset, stopped',
}

export function glyphOf(event: TimelineEvent): Glyph {
  switch (event.kind) {
    case 'spawn':
      return 'start'
    case 'ready':
    case 'fault':
    case 'request':
    case 'signal':
      return event.kind
    case 'exit':
      return event.exitCode === 0 ? 'exit' : 'failure'
    case 'spawn-failed':
    case 'start-failed':
    case 'gave-up':
    case 'crash':
      return 'failure'
    case 'backoff':
    case 'reset':
    case 'stopped':
      return 'decision'
    case 'step':
      return event.outcome === 'failed' ? 'failure' : 'said'
    case 'cue':
    case 'note':
      return 'said'
  }
}
