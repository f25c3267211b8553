import type { ChildProcess } from 'node:child_process'

import type { EvidenceSource } from './evidence/evidence.ts'
import type { Participants, ParticipantsHost } from './participants.ts'

/** How a virtual clock behaves. */
export interface VirtualClockOptions {
  /** How far one call may move time, in ms, before it is taken for a mistake. Default 24 hours. */
  limit?: number
  /** What `Date` says when the test body begins. Default 2025-01-01T00:00:00Z. */
  start?: Date | number
  /**
   * The order in which processes are heard that have done something at the same time. Default: that of their starts;
   * every number gives another one.
   */
  seed?: number
}

/** @internal What a virtual clock has to know of the test that it belongs to. */
export interface VirtualClockContext {
  readonly evidence: EvidenceSource
  /** How long to wait, in ms of real time, for processes to come to rest. */
  readonly patience: number
  /** The children that live already, in the order of their start. */
  readonly children: readonly ChildProcess[]
  /** Whether what is started at this moment belongs to the test. */
  owns(): boolean
  /** Every process of the test, wherever it is now. */
  survivors(): readonly number[]
  /** What processes wait for that somebody here could bring, in words: requests without an answer. */
  open(): readonly string[]
  /** Those who go by this clock from outside. Default: nobody. */
  participants?(host: ParticipantsHost): Participants
}

export const DEFAULT_LIMIT = 24 * 60 * 60 * 1000
export const DEFAULT_START = Date.UTC(2025, 0, 1)
/** How long processes are waited for by default. ms of real time. */
export const DEFAULT_PATIENCE = 20_000
