import type { Rest, Trace } from '../../../src/explore/play/trace.ts'
import type { TimelineEntry } from '../../../src/timeline/events.ts'
import { recorded } from '../../timeline/recorded.ts'

/** What happens at a time, in ms: an event, or so many timers being set from then on. */
type Happening = readonly [time: number, entry: TimelineEntry | { readonly timers: number }]

/** The trace of a play of 60 s in which this happens, in order. */
export function traceOf(happenings: readonly Happening[], agents: readonly string[] = ['worker']): Trace {
  const steps = happenings.flatMap(([time, entry]) => ('timers' in entry ? [] : [{ time, entry }]))
  const timeline = recorded(steps)
  const rests: Rest[] = []
  let [events, timers] = [0, 0]
  for (const [time, entry] of happenings) {
    if ('timers' in entry) timers = entry.timers
    else events += 1
    if (rests.at(-1)?.time === time) rests.pop()
    rests.push({ time, events, timers })
  }
  const records: Trace['records'] = (agent) => timeline.records(agent)
  return { agents, timeline, events: timeline.events, records, rests, endedAt: 60_000 }
}

/** One attempt that is ready at once, and ends. */
export function life(
  attempt: number,
  from: number,
  to?: number,
  how: { readonly exitCode?: number; readonly agent?: string } = {},
): Happening[] {
  const { agent = 'worker', exitCode = 1 } = how
  return [
    [from, { kind: 'spawn', agent, attempt }],
    [from, { kind: 'ready', agent, attempt }],
    ...(to === undefined
      ? []
      : [[to, { kind: 'exit', agent, attempt, exitCode, signal: null }] as const satisfies Happening]),
  ]
}

/** A start that the system refuses. */
export function refused(attempt: number, time: number): Happening {
  return [time, { kind: 'spawn-failed', agent: 'worker', attempt, code: 'ENOENT' }]
}

export function call(time: number, step: string): Happening {
  return [time, { kind: 'step', step, outcome: 'called' }]
}

export function done(time: number, step: string): Happening {
  return [time, { kind: 'step', step, outcome: 'done' }]
}

export function failed(time: number, step: string): Happening {
  return [time, { kind: 'step', step, outcome: 'failed', reason: 'Error: no' }]
}

export function signal(time: number, attempt: number, name: NodeJS.Signals = 'SIGTERM'): Happening {
  return [time, { kind: 'signal', agent: 'worker', attempt, signal: name }]
}

export function gaveUp(time: number, attempt: number, agent = 'worker'): Happening {
  return [time, { kind: 'gave-up', agent, attempt }]
}

export function crash(time: number): Happening {
  return [time, { kind: 'crash', reason: 'Error: no' }]
}
