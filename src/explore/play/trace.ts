import { inspect } from 'node:util'

import { messageOf, SuperviseError } from '../../errors.ts'
import type { TimelineEvent } from '../../timeline/events.ts'
import type { TimelineRecord } from '../../timeline/attempt-records.ts'
import type { Timeline } from '../../timeline/timeline.ts'

/** A moment at which everything had come to rest. */
export interface Rest {
  /** Ms since the scenario began. */
  readonly time: number
  /** How many events had happened by then. */
  readonly events: number
  /** How many timers of the scenario were set; waits on its clock, such as those of restart loops, are timers, too. */
  readonly timers: number
}

/** What one play of a scenario was like. Invariants say whether it may be like that. */
export interface Trace {
  /** The ids of the agents. */
  readonly agents: readonly string[]
  readonly timeline: Timeline
  /** What happened, in order: `timeline.events`. */
  readonly events: readonly TimelineEvent[]
  /** What became of each attempt of an agent, or of all agents: `timeline.records()`. */
  records(agent?: string): TimelineRecord[]
  /** The last moment of each time at which anything happened, or timers came or went. */
  readonly rests: readonly Rest[]
  /** When it was over, in ms: at its end, or when it crashed. */
  readonly endedAt: number
}

/** What has to hold of every play. */
export interface Invariant {
  /** What holds, in words, such as `no overlap`. Names tell the invariants of an exploration apart. */
  readonly name: string
  /** The steps that it is about: an exploration that lacks one of them is a mistake. */
  readonly steps?: readonly string[]
  /** The agents that it is about, in the same way. */
  readonly agents?: readonly string[]
  /** What breaks it, in one sentence; undefined if it holds. One that throws is broken, too: by the message of the error. */
  check(trace: Trace): string | undefined | void
}

/** An invariant that a play has broken. */
export interface Violation {
  readonly invariant: string
  readonly message: string
}

/**
 * What broke first in the order of the invariants, if anything did. Throws `ERR_OPTION_INVALID` for a check that gives anything
 * but a sentence or undefined.
 */
export function violationOf(trace: Trace, invariants: readonly Invariant[]): Violation | undefined {
  for (const invariant of invariants) {
    const message = broken(invariant, trace)
    if (message !== undefined) return { invariant: invariant.name, message }
  }
}

function broken(invariant: Invariant, trace: Trace): string | undefined {
  let answer: unknown
  try {
    answer = invariant.check(trace) ?? undefined
  } catch (error) {
    return messageOf(error)
  }
  if (answer === undefined || typeof answer === 'string') return answer
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    `The \`check\` of the invariant "${invariant.name}" gave ${inspect(answer, { depth: 0 })}, but must give what is broken, in one ` +
      'sentence, or undefined if nothing is. It is not waited for.',
    { option: 'invariants', value: answer },
  )
}
