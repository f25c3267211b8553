import type { ScheduledFault } from '../schedule.ts'
import type { Trace } from '../play/trace.ts'

/** When anything happened in a play, or a timer came due, and its end: the times between which mistakes hide. */
export class Moments {
  /** In ms from the beginning on, in order, each once. */
  readonly times: readonly number[]
  readonly #ready: ReadonlyMap<string, number>
  readonly #attempts: ReadonlyMap<string, number>
  readonly #first: string | undefined

  constructor(trace: Trace) {
    this.times = [...new Set([...trace.rests.map(({ time }) => time), trace.endedAt])]
    this.#first = trace.agents[0]
    const [ready, attempts] = [new Map<string, number>(), new Map<string, number>()]
    for (const event of trace.events) {
      if (event.kind === 'ready') ready.set(`${event.agent}#${event.attempt}`, event.time)
      if (event.kind === 'spawn' || event.kind === 'spawn-failed') attempts.set(event.agent, event.attempt)
    }
    this.#ready = ready
    this.#attempts = attempts
  }

  /** When the attempt was ready that an entry strikes; undefined if it never was. */
  readyAt({ agent = this.#first, attempt }: Pick<ScheduledFault, 'agent' | 'attempt'>): number | undefined {
    return this.#ready.get(`${agent}#${attempt}`)
  }

  /** How many attempts of an agent, by default of the first, there were. */
  attempts(agent = this.#first): number {
    return this.#attempts.get(agent ?? '') ?? 0
  }
}
