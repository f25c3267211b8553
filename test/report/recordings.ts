import type { TimelineEntry } from '../../src/timeline/events.ts'
import type { Recording } from '../../src/timeline/recording.ts'
import { Timeline } from '../../src/timeline/timeline.ts'

/** What happened, so many ms after what happened before it. */
export type Moment = readonly [later: number, entry: TimelineEntry]

/** The recording of these, and of `end` ms more, in virtual time; there each takes 2.5 ms of real time. */
export function recordingOf(
  moments: readonly Moment[],
  { virtual = true, end }: { readonly virtual?: boolean; readonly end?: number } = {},
): Recording {
  let [time, real] = [0, 1000]
  const timeline = new Timeline({ now: () => time, virtual: () => virtual, real: () => real })
  const pass = (later: number): void => {
    time += later
    real += virtual ? 2.5 : later
  }
  for (const [later, entry] of moments) {
    pass(later)
    timeline.record(entry)
  }
  if (end !== undefined) pass(end)
  return timeline.recording()
}

/** An agent that crashes `attempts` times, by default 1 s apart and then twice as long each time, up to a minute. */
export function crashLoop(
  attempts: number,
  agent = 'web',
  wait = (attempt: number): number => Math.min(60_000, 1000 * 2 ** (attempt - 1)),
): Moment[] {
  return Array.from({ length: attempts }, (_, at): Moment[] => {
    const attempt = at + 1
    const delay = wait(attempt)
    const isLast = attempt === attempts
    return [
      [at === 0 ? 0 : wait(at), { kind: 'spawn', agent, attempt }],
      [0, { kind: 'ready', agent, attempt }],
      [0, { kind: 'fault', agent, attempt, fault: 'exit', proof: { code: 1 } }],
      [0, { kind: 'exit', agent, attempt, exitCode: 1, signal: null }],
      isLast ? [0, { kind: 'gave-up', agent, attempt }] : [0, { kind: 'backoff', agent, attempt, delay }],
    ]
  }).flat()
}

/** `count` events of four agents, which ask for things, and are restarted now and then. */
export function busyDay(count: number): Moment[] {
  const agents = ['api', 'mailer', 'worker-a', 'worker-b']
  const life = Math.ceil(count / agents.length / 6)
  return Array.from({ length: count }, (_, at): Moment => {
    const agent = agents[at % agents.length] ?? ''
    const own = Math.floor(at / agents.length)
    const attempt = 1 + Math.floor(own / life)
    const age = own % life
    if (age === 0) return [1000, { kind: 'spawn', agent, attempt }]
    if (age === 1) return [40, { kind: 'ready', agent, attempt }]
    if (age === life - 3) return [3, { kind: 'fault', agent, attempt, fault: 'exit', proof: { code: 1 } }]
    if (age === life - 2) return [0, { kind: 'exit', agent, attempt, exitCode: 1, signal: null }]
    if (age === life - 1) return [0, { kind: 'backoff', agent, attempt, delay: 1000 }]
    if (at % 97 === 0) return [500, { kind: 'note', text: `round ${at}` }]
    if (at % 31 === 0) return [0, { kind: 'cue', agent, attempt, name: `cue-${at}` }]
    const url = `https://api.example.com/items/${at}`
    const status = at % 13 === 0 ? 503 : 200
    return [17, { kind: 'request', agent, attempt, method: 'GET', url, outcome: 'answered', status }]
  })
}
