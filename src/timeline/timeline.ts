import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

import { SuperviseError } from '../errors.ts'
import { checkNames } from '../option-checks.ts'
import { Notifier } from '../wait.ts'
import { attemptRecords, delaysBetween, type TimelineRecord } from './attempt-records.ts'
import { canonicalEvents } from './canonical.ts'
import {
  TIMELINE_KINDS,
  type TimelineEntry,
  type TimelineEvent,
  type TimelineEventOf,
  type TimelineKind,
} from './events.ts'
import { exactMs } from './exact-ms.ts'
import type { Recording } from './recording.ts'
import { timelineText } from './text.ts'

/** The time of a test. Asked anew for every event. */
export interface TimelineTime {
  /** Ms since the test body began. `real` is the real time of the same moment, to the µs, where `real()` tells it. */
  now(real?: number): number
  /** Whether a virtual clock rules. */
  virtual(): boolean
  /** Ms of real time, from any moment on. Left out where nobody asks what took how long. */
  real?(): number
}

/** Which event is awaited. What is left out may be anything. */
export interface UntilOptions {
  agent?: string
  attempt?: number
  /** Ends the wait with its reason. */
  signal?: AbortSignal
}

const HASH_LENGTH = 16

/**
 * What happened in one test, in the order in which the test saw it. Where a virtual clock rules, times are part of its
 * text and its hash, which then are the same in every run; real times and pids never are.
 */
export class Timeline {
  readonly #time: TimelineTime
  readonly #events: TimelineEvent[] = []
  readonly #realTimes: number[] = []
  readonly #recorded = new Notifier()
  #view: readonly TimelineEvent[] | undefined

  /** The fixture `timeline` and `createHarness()` make it. */
  constructor(time: TimelineTime) {
    this.#time = time
  }

  /** What happened so far. A later look gives a longer array; this one stays as it is. */
  get events(): readonly TimelineEvent[] {
    return (this.#view ??= Object.freeze([...this.#events]))
  }

  /** How many events there are. */
  get length(): number {
    return this.#events.length
  }

  /** How often the agent was started, or all agents were. Starts that failed to spawn a process count. */
  attempts(agent?: string): number {
    return this.records(agent).length
  }

  /** The attempts of the agent, or of all agents, in the order of their spawns. Empty for an agent that never was. */
  records(agent?: string): TimelineRecord[] {
    return attemptRecords(this.#events, agent)
  }

  /**
   * The time from each exit of the agent to its next spawn, in ms; negative where the next one was spawned first. A failed
   * spawn is both a spawn and an exit. Without a name the timeline must hold one agent: else `ERR_TIMELINE_AGENT`.
   */
  delays(agent?: string): number[] {
    const records = this.records(agent)
    const agents = [...new Set(records.map((record) => record.agent))]
    if (agents.length > 1) throw whichAgent(agents)
    return delaysBetween(records)
  }

  /**
   * The first event of this kind, past or future. Rejects with the reason of `signal`, and with `ERR_OPTION_INVALID` for
   * a kind that does not exist.
   */
  async until<Kind extends TimelineKind>(
    kind: Kind,
    options: UntilOptions = {},
  ): Promise<TimelineEventOf<Kind>> {
    if (!TIMELINE_KINDS.includes(kind)) throw unknownKind(kind)
    checkNames('timeline.until', options, ['agent', 'attempt', 'signal'])
    const { agent, attempt, signal } = options
    for (let seen = 0; ;) {
      signal?.throwIfAborted()
      const event = this.#events[seen]
      if (!event) await this.#recorded.wait(signal)
      else if (isOf(kind, event) && isAbout(event, agent, attempt)) return event
      else seen += 1
    }
  }

  /** Adds a remark of the test: what is no text becomes one, for it is kept in reports. */
  note(text: string): void {
    const given: unknown = text
    this.record({ kind: 'note', text: String(given) })
  }

  /** Adds what has happened at this moment. What runs agents calls it; a test has `note`. */
  record(entry: TimelineEntry): void {
    const seq = this.#events.length + 1
    const { time, virtual, real } = this.#moment()
    // V8 gives an object that is spread and then added to a shape of its own, which costs more than all the rest.
    this.#events.push(Object.freeze(Object.assign({}, entry, { seq, time, virtual })))
    if (real !== undefined) this.#realTimes.push(real)
    this.#view = undefined
    this.#recorded.notify()
  }

  /** @internal All of it as it is at this moment, with the real times, for those who draw it. */
  recording(): Recording {
    const { time, virtual, real = 0 } = this.#moment()
    return { events: this.events, realTimes: [...this.#realTimes], end: { time, virtual, real } }
  }

  /** @internal Virtual time begins: what happened before is at its beginning, whatever real time it took. */
  begin(): void {
    for (const [at, event] of this.#events.entries()) {
      this.#events[at] = Object.freeze({ ...event, time: 0, virtual: true })
    }
    this.#view = undefined
  }

  /** 16 hexadecimal digits that two timelines share if they say the same, but for real times and pids. */
  hash(): string {
    return createHash('sha256').update(canonicalEvents(this.#events)).digest('hex').slice(0, HASH_LENGTH)
  }

  /** A line for each event, such as `[    1000 ms] agent#2      exited with code 1`. */
  toString(): string {
    return timelineText(this.#events)
  }

  /** What `console.log` prints. */
  [inspect.custom](): string {
    return this.toString()
  }

  /** Real time is asked for once: asked twice it would be two times, of which a report shows both. */
  #moment(): { time: number; virtual: boolean; real: number | undefined } {
    const real = this.#time.real && exactMs(this.#time.real())
    return { time: exactMs(this.#time.now(real)), virtual: this.#time.virtual(), real }
  }
}

function isOf<Kind extends TimelineKind>(kind: Kind, event: TimelineEvent): event is TimelineEventOf<Kind> {
  return event.kind === kind
}

function isAbout(event: TimelineEvent, agent: string | undefined, attempt: number | undefined): boolean {
  const about = 'agent' in event ? event : undefined
  return (
    (agent === undefined || about?.agent === agent) && (attempt === undefined || about?.attempt === attempt)
  )
}

function whichAgent(agents: readonly string[]): SuperviseError {
  const names = agents.map((agent) => JSON.stringify(agent))
  return new SuperviseError(
    'ERR_TIMELINE_AGENT',
    `This timeline has ${agents.length} agents, ${names.join(', ')}, and delays are those of one: name it, as in ` +
      `\`timeline.delays(${names[0]})\` or \`toHaveDelays([…], ${names[0]})\`.`,
    { agents },
  )
}

function unknownKind(kind: unknown): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `timeline.until() was asked for the kind ${JSON.stringify(kind)}, but kinds are ${TIMELINE_KINDS.join(', ')}.`,
    { option: 'kind', value: kind },
  )
}
