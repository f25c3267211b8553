import type { TimelineEvent } from '../timeline/events.ts'

/** What an attempt is doing between two events. */
export type Phase =
  /** Spawned, not yet ready. */
  | 'starting'
  /** Ready, or running without ever saying so. */
  | 'ready'
  /** Its agent is not running, and a restart is due. */
  | 'backoff'

/** A stretch of a lane between two moments, given as indices of events; `to` is the number of events where it has no end in them. */
export interface Bar {
  readonly phase: Phase
  readonly from: number
  readonly to: number
  /** How it ended, for its look. */
  readonly end: 'exited' | 'failed' | 'open'
}

/** One row of a picture: an attempt of an agent, or what belongs to no attempt. */
export interface Lane {
  /** `web#2`; an agent without a known attempt `web`; the test itself `test`; other processes `-`. */
  readonly name: string
  /** Undefined for what no agent did. */
  readonly agent: string | undefined
  readonly attempt: number | undefined
  readonly bars: readonly Bar[]
  /** Indices of the events that are told in this lane. */
  readonly events: readonly number[]
}

const OF_TEST: ReadonlySet<string> = new Set(['note', 'step', 'crash'])

/**
 * The lanes of a timeline, each agent's together, in the order in which agents, and the attempts of each, first appear.
 * A backoff lies in the lane of the attempt that ended before it.
 */
export function lanesOf(events: readonly TimelineEvent[]): Lane[] {
  const lanes = new Map<
    string,
    { agent: string | undefined; attempt: number | undefined; events: number[] }
  >()
  for (const [index, event] of events.entries()) {
    const agent = 'agent' in event ? event.agent : undefined
    const attempt = 'attempt' in event ? event.attempt : undefined
    const name = OF_TEST.has(event.kind) ? 'test' : laneName(agent, attempt)
    const lane = lanes.get(name) ?? { agent, attempt, events: [] }
    lane.events.push(index)
    lanes.set(name, lane)
  }
  const drawn = [...lanes].map(([name, lane]) => ({ name, ...lane, bars: barsOf(lane.events, events) }))
  const agents = [...new Set(drawn.map(({ agent }) => agent))]
  return agents.flatMap((agent) => drawn.filter((lane) => lane.agent === agent))
}

function laneName(agent: string | undefined, attempt: number | undefined): string {
  if (agent === undefined) return '-'
  return attempt === undefined ? agent : `${agent}#${attempt}`
}

function barsOf(indices: readonly number[], events: readonly TimelineEvent[]): Bar[] {
  const bars: Bar[] = []
  let open: { phase: Phase; from: number } | undefined
  const close = (to: number, end: Bar['end']): void => {
    if (open) bars.push({ ...open, to, end })
    open = undefined
  }
  for (const index of indices) {
    const event = events[index]
    if (event?.kind === 'spawn') open = { phase: 'starting', from: index }
    if (event?.kind === 'ready' && open) {
      close(index, 'open')
      open = { phase: 'ready', from: index }
    }
    if (event?.kind === 'exit') close(index, event.exitCode === 0 ? 'exited' : 'failed')
    if (event?.kind === 'spawn-failed') close(index, 'failed')
    if (event?.kind === 'backoff') bars.push(backoff(index, events))
  }
  close(events.length, 'open')
  return bars
}

/** Until that agent is spawned again, or is not any more. */
function backoff(from: number, events: readonly TimelineEvent[]): Bar {
  const agentOf = (event: TimelineEvent): string | undefined => ('agent' in event ? event.agent : undefined)
  const start = events[from]
  const next = events.findIndex(
    (event, index) =>
      index > from &&
      start !== undefined &&
      agentOf(event) === agentOf(start) &&
      ['spawn', 'spawn-failed', 'stopped', 'gave-up'].includes(event.kind),
  )
  return { phase: 'backoff', from, to: next === -1 ? events.length : next, end: 'open' }
}
