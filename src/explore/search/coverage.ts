import type { TimelineEvent } from '../../timeline/events.ts'
import type { Trace } from '../play/trace.ts'

/** Which transitions plays have shown: state, what happened, next state. */
export class Coverage {
  readonly #seen = new Set<string>()

  /** How many of a play were new. */
  add(trace: Trace): number {
    const before = this.#seen.size
    for (const transition of transitions(trace)) this.#seen.add(transition)
    return this.#seen.size - before
  }

  /** Sorted. */
  get transitions(): string[] {
    return [...this.#seen].sort()
  }
}

/** The transitions of a play, as often as they were made. Numbers in states are exact up to a few, and then `many`. */
export function transitions({ agents, events, rests }: Trace): string[] {
  const state = new State(agents)
  const found: string[] = []
  let [event, timers] = [0, 0]
  for (const rest of rests) {
    // What happens in one moment leads to the timers that are set at its end.
    const idle = event >= rest.events
    const before = state.texts(timers)
    if (idle)
      for (const [index, text] of before.entries())
        found.push(`${text} | timer | ${state.text(index, rest.timers)}`)
    for (let together = ''; event < rest.events; event += 1, together = '+') {
      const next = events[event]
      const what = next && happening(next)
      if (!next || what === undefined) continue
      const about = 'agent' in next ? agents.indexOf(String(next.agent)) : -1
      const told = agents.map((_, index) => state.text(index, timers))
      state.add(next)
      for (const [index, text] of told.entries())
        if (about === -1 || about === index)
          found.push(`${text} | ${together}${what} | ${state.text(index, rest.timers)}`)
    }
    timers = rest.timers
  }
  return found
}

class Agent {
  phase: 'absent' | 'starting' | 'ready' | 'ended' = 'absent'
  alive = 0
  /** How often it has ended since a user did anything. */
  failures = 0
}

class State {
  readonly #agents: Agent[]
  readonly #ids: readonly string[]
  readonly #underWay = new Map<string, number>()

  constructor(ids: readonly string[]) {
    this.#ids = ids
    this.#agents = ids.map(() => new Agent())
  }

  texts(timers: number): string[] {
    return this.#agents.map((_, index) => this.text(index, timers))
  }

  text(index: number, timers: number): string {
    const agent = this.#agents[index]
    const steps = [...this.#underWay].filter(([, calls]) => calls > 0)
    return [
      `${this.#ids[index]} ${agent?.phase}`,
      ...(agent && agent.alive !== 1 ? [`alive ${few(agent.alive, 2)}`] : []),
      ...(agent && agent.failures > 0 ? [`failed ${few(agent.failures, 4)}`] : []),
      ...(timers > 0 ? [`timers ${few(timers, 2)}`] : []),
      ...steps.map(([step, calls]) => `${step} ${few(calls, 2)}`),
    ].join(', ')
  }

  add(event: TimelineEvent): void {
    if (event.kind === 'step') {
      const calls = this.#underWay.get(event.step) ?? 0
      this.#underWay.set(event.step, calls + (event.outcome === 'called' ? 1 : -1))
      if (event.outcome === 'called') for (const agent of this.#agents) agent.failures = 0
    }
    const agent = 'agent' in event ? this.#agents[this.#ids.indexOf(String(event.agent))] : undefined
    if (!agent) return
    if (event.kind === 'spawn') {
      agent.phase = 'starting'
      agent.alive += 1
    }
    if (event.kind === 'ready') agent.phase = 'ready'
    if (event.kind === 'exit' || event.kind === 'spawn-failed') {
      agent.phase = 'ended'
      if (event.kind === 'exit') agent.alive -= 1
      agent.failures += 1
    }
    if (event.kind === 'reset') agent.failures = 0
  }
}

/** What happened, without its times and numbers; undefined for what says nothing of a supervisor. */
function happening(event: TimelineEvent): string | undefined {
  switch (event.kind) {
    case 'fault':
      return event.fault
    case 'step':
      return `${event.step} ${event.outcome}`
    case 'exit':
      return event.signal ? `exit by ${event.signal}` : `exit ${event.exitCode === 0 ? 'well' : 'badly'}`
    case 'signal':
      return event.signal
    case 'note':
    case 'cue':
    case 'request':
      return undefined
    default:
      return event.kind
  }
}

function few(count: number, most: number): string {
  return count > most ? 'many' : String(count)
}
