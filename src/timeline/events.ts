import { inspect } from 'node:util'

import { systemCode } from '../errors.ts'
import type { NetworkEvent } from '../network/network-event.ts'
import type { AgentEvent } from '../process/agent-event.ts'

/** What a restart loop decides, under the id of the agent that it restarts. */
export type LoopEvent = { readonly agent: string; readonly attempt: number } &
  /** A start has failed: {@link failureReason} of its error. */
  (
    | { readonly kind: 'start-failed'; readonly reason: string }
    /** The next start is this many ms away. */
    | { readonly kind: 'backoff'; readonly delay: number }
    /** Failures and delays are counted anew. */
    | { readonly kind: 'reset' }
    | { readonly kind: 'gave-up' }
    | { readonly kind: 'stopped' }
  )

/** What the test itself has noted. */
export interface NoteEvent {
  readonly kind: 'note'
  readonly text: string
}

/** What a scenario of an exploration does, or what becomes of it. */
export type ScenarioEvent =
  | {
      readonly kind: 'step'
      readonly step: string
      /** `called`, and then what became of the call, unless it has no end. */
      readonly outcome: 'called' | 'done' | 'failed'
      /** Why it failed: {@link failureReason} of its error. */
      readonly reason?: string
    }
  /** Nobody has caught this: {@link failureReason} of it. In reality it ends the process. */
  | { readonly kind: 'crash'; readonly reason: string }

/** What a timeline is told. */
export type TimelineEntry = AgentEvent | NetworkEvent | LoopEvent | NoteEvent | ScenarioEvent

/** An entry of a timeline, frozen. */
export type TimelineEvent = TimelineEntry & {
  /** From 1. */
  readonly seq: number
  /** Ms since the test body began, to three decimals. */
  readonly time: number
  /** Whether `time` is of a virtual clock, and so the same in every run. */
  readonly virtual: boolean
}

/** What can happen, in one word. */
export type TimelineKind = TimelineEvent['kind']

/** The events of one kind. */
export type TimelineEventOf<Kind extends TimelineKind> = Extract<TimelineEvent, { kind: Kind }>

const KINDS: Readonly<Record<TimelineKind, true>> = {
  spawn: true,
  'spawn-failed': true,
  ready: true,
  cue: true,
  fault: true,
  request: true,
  signal: true,
  exit: true,
  'start-failed': true,
  backoff: true,
  reset: true,
  'gave-up': true,
  stopped: true,
  step: true,
  crash: true,
  note: true,
}

/** Every kind of event that there is. */
export const TIMELINE_KINDS: readonly string[] = Object.keys(KINDS)

/**
 * What a timeline keeps of an error: its `code`, since messages hold paths, ports and pids that no other run has; of an
 * error without one its name and the first line of its message.
 */
export function failureReason(error: unknown): string {
  const code = systemCode(error)
  if (code !== undefined) return code
  const text = error instanceof Error ? `${error.name}: ${error.message}` : show(error)
  return text.trim().split('\n', 1)[0]?.trim() ?? ''
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 1, breakLength: Infinity })
}
