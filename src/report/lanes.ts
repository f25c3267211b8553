import type { TimelineEvent } from '../timeline/events.ts'
import { attemptName } from '../timeline/text.ts'
import { grouped } from './grouped.ts'

/** What an attempt is doing between two events. */
export type Phase =
  /** Spawned, not yet ready. */
  | 'starting'
  /** Ready. */
  | 'ready'
  /** Its agent is not running, and a restart is due. */
  | 'backoff'

/** A stretch of a lane between two moments, given as indices of events; `to` is the number of events where it has no end in them. */
export interface Bar {
  readonly phase: Phase
  readonly from: number
  readonly to: number
  /** How it ended, for its look: `failed` by a code that is not 0, by a signal, or without a process. */
  readonly end: 'exited' | 'failed' | 'open'
}

/** One row of a picture: an attempt of an agent, or what belongs to no attempt. */
export interface Lane {
  /** `web#2`; an agent without a known attempt `web`; the test itself `test`; other processes `-`. */
  readonly name: string
  /** Undefined for what no agent did. */
  readonly agent: string | undefined
  readonly attempt: number | undefined
  /** In the order in which they begin. None overlaps another. */
  readonly bars: readonly Bar[]
  /** Indices of the events that are told in this lane, ascending. */
  readonly events: readonly number[]
}

/**
 * The lanes of a timeline, each agent's together, in the order in which agents, and the attempts of each, first appear.
 * A backoff lies in the lane of the attempt that ended before it. Takes time in proportion to the number of events.
 */
export function lanesOf(events: readonly TimelineEvent[]): Lane[] {
  const lanes = new Map<string, LaneDraft>()
  /** The lane in which an agent waits to be started again. */
  const waiting = new Map<string, LaneDraft>()
  for (const [index, event] of events.entries()) {
    const agent = 'agent' in event ? event.agent : undefined
    const attempt = 'attempt' in event ? event.attempt : undefined
    const key = JSON.stringify([OF_TEST.has(event.kind), agent, attempt])
    let lane = lanes.get(key)
    if (!lane) lanes.set(key, (lane = new LaneDraft(laneName(event.kind, agent, attempt), agent, attempt)))
    if (agent !== undefined && ENDS_BACKOFF.has(event.kind)) {
      waiting.get(agent)?.close(index)
      waiting.delete(agent)
    }
    lane.add(index, event)
    if (agent !== undefined && event.kind === 'backoff') waiting.set(agent, lane)
  }
  return byAgent([...lanes.values()].map((lane) => lane.finished(events.length)))
}

/** What no agent says. */
const OF_TEST: ReadonlySet<string> = new Set(['note', 'step', 'crash'])

/** A restart that was due has come, or never does; another may be due instead. */
const ENDS_BACKOFF: ReadonlySet<string> = new Set(['spawn', 'spawn-failed', 'stopped', 'gave-up', 'backoff'])

class LaneDraft {
  readonly name: string
  readonly agent: string | undefined
  readonly attempt: number | undefined
  readonly bars: Bar[] = []
  readonly events: number[] = []
  #open: { readonly phase: Phase; readonly from: number } | undefined

  constructor(name: string, agent: string | undefined, attempt: number | undefined) {
    this.name = name
    this.agent = agent
    this.attempt = attempt
  }

  add(index: number, event: TimelineEvent): void {
    this.events.push(index)
    switch (event.kind) {
      case 'spawn':
        this.#begin('starting', index)
        break
      case 'ready':
        if (this.#open?.phase === 'starting') this.#begin('ready', index)
        break
      case 'backoff':
        this.#begin('backoff', index)
        break
      case 'spawn-failed':
        this.close(index, 'failed')
        break
      case 'exit':
        this.close(index, event.exitCode === 0 || isUntold(event) ? 'exited' : 'failed')
    }
  }

  close(to: number, end: Bar['end'] = 'open'): void {
    if (this.#open) this.bars.push({ ...this.#open, to, end })
    this.#open = undefined
  }

  finished(count: number): Lane {
    this.close(count)
    const { name, agent, attempt, bars, events } = this
    return { name, agent, attempt, bars, events }
  }

  #begin(phase: Phase, from: number): void {
    this.close(from)
    this.#open = { phase, from }
  }
}

/** How it ended is known to nobody: another process was its parent. */
function isUntold({ exitCode, signal }: { exitCode: number | null; signal: string | null }): boolean {
  return exitCode === null && signal === null
}

function laneName(kind: string, agent: string | undefined, attempt: number | undefined): string {
  if (OF_TEST.has(kind)) return 'test'
  return attemptName({ agent, attempt })
}

function byAgent(lanes: readonly Lane[]): Lane[] {
  return [...grouped(lanes, ({ agent }) => agent).values()].flat()
}
