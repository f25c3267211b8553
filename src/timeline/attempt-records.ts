import { exactMs } from './exact-ms.ts'
import type { TimelineEvent } from './events.ts'

/** The life of one attempt of an agent. Times are ms since the test body began. */
export interface TimelineRecord {
  readonly agent: string
  /** From 1. */
  readonly attempt: number
  readonly spawnedAt: number
  /** Absent if it never was ready. */
  readonly readyAt?: number
  /** Absent while it lives. That of an attempt that could not be spawned is its `spawnedAt`. */
  readonly exitedAt?: number
  /** Null while it lives, when a signal ended it, when it could not be spawned, and when nobody was told. */
  readonly exitCode: number | null
  /** Null unless a signal ended it. */
  readonly signal: NodeJS.Signals | null
  /** The system's error code, such as `ENOENT`, of an attempt that could not be spawned. */
  readonly error?: string
}

/** What the events say of every attempt, in the order of the spawns; of all agents, or of one. */
export function attemptRecords(events: readonly TimelineEvent[], agent?: string): TimelineRecord[] {
  const records = new Map<string, TimelineRecord>()
  for (const event of events) {
    if (!('agent' in event) || (agent !== undefined && event.agent !== agent)) continue
    const key = `${event.agent}#${event.attempt}`
    const record = after(records.get(key), event)
    if (record) records.set(key, record)
  }
  return [...records.values()]
}

/**
 * From the exit of each attempt of one agent to the spawn of the next, in ms; negative where the next was spawned first.
 * None for the last attempt, nor for one that has not exited.
 */
export function delaysBetween(records: readonly TimelineRecord[]): number[] {
  return records.flatMap(({ exitedAt }, index) => {
    const next = records[index + 1]
    return next && exitedAt !== undefined ? [exactMs(next.spawnedAt - exitedAt)] : []
  })
}

function after(
  record: TimelineRecord | undefined,
  event: Extract<TimelineEvent, { agent: unknown }>,
): TimelineRecord | undefined {
  const { time } = event
  if (event.kind === 'spawn') {
    const { agent, attempt } = event
    return { agent, attempt, spawnedAt: time, exitCode: null, signal: null }
  }
  if (event.kind === 'spawn-failed') {
    const { agent, attempt } = event
    const [exitCode, signal] = [null, null]
    return { agent, attempt, spawnedAt: time, exitedAt: time, exitCode, signal, error: event.code }
  }
  if (event.kind === 'ready' && record) return { ...record, readyAt: time }
  if (event.kind === 'exit' && record) {
    return { ...record, exitedAt: time, exitCode: event.exitCode, signal: event.signal }
  }
  return record
}
