import { exactMs } from './exact-ms.ts'
import type { TimelineEvent } from './events.ts'

/** Keys under which a proof holds numbers of processes, which no two runs share. */
const PROCESS_NUMBER = /^(pid|ppid|pgid|sid|tid)s?$|Pids?$/

/**
 * The one JSON text for what `value` says: keys in the order of their code units, without numbers of processes, which are
 * what stands under `pid`, `ppid`, `pgid`, `sid`, `tid`, `…Pid`, and the plurals.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isObject(part) ? canonicalObject(part) : part))
}

/** What of the events is the same in every run that goes the same way: no real times, no numbers of processes. */
export function canonicalEvents(events: readonly TimelineEvent[]): string {
  return canonicalJson(
    events.map(({ time, virtual, ...entry }) => ({
      ...entry,
      ...(virtual && { time }),
      ...(entry.kind === 'backoff' && { delay: exactMs(entry.delay) }),
    })),
  )
}

function canonicalObject(value: object): object {
  const kept = Object.entries(value).filter(([key]) => !PROCESS_NUMBER.test(key))
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
