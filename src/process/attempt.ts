import type { ChildProcess } from 'node:child_process'
import os from 'node:os'

import { isRecord, type Json } from '../json.ts'
import type { AgentScript } from '../protocol/frames.ts'
import type { Hello, LastWords, SessionListener, Welcome } from '../protocol/host-session.ts'
import type { AgentEvent } from './agent-event.ts'
import type { Attempts } from './attempts.ts'
import type { AttemptFaults, FaultLine, FaultSource } from './fault-source.ts'
import { confine, type ConfinedStart } from './confinement/index.ts'
import type { Refusal } from './refusal.ts'

/** What the attempts of one test share. */
export interface AttemptContext {
  readonly attempts: Attempts
  readonly faults: FaultSource
  /** What the paths begin with that starts may put files at; removed with the run. */
  readonly place: string
  /** Told of everything that happens to an agent, at the moment when it does. */
  readonly observe: (event: AgentEvent) => void
}

/** The test's end of the conversation with one attempt. */
export interface Conversation extends FaultLine {
  /** Set before the agent can have said anything. */
  listener: SessionListener | undefined
  /** The agent was sent a signal. */
  signalled(signal: NodeJS.Signals): void
}

type WithoutAttempt<Event> = Event extends unknown ? Omit<Event, 'agent' | 'attempt'> : never

/**
 * One start of an agent and what becomes of it, whoever starts it: takes its number, hands out its faults, and tells
 * the test's event log what happens.
 */
export class Attempt implements SessionListener {
  readonly agent: string
  /** Counts the starts of this id, from 1. */
  readonly number: number
  /** What the paths begin with that this attempt may put files at. */
  readonly place: string
  readonly #faults: AttemptFaults
  readonly #observe: (event: AgentEvent) => void
  #session: Conversation | undefined
  /** Whether it is known to be up by saying so. */
  readonly #saysReady: boolean
  /** What the system has not shown yet. */
  #unseen: ConfinedStart['witnesses'] = []
  #ready = false
  #over = false
  /** How it ends by its own words, or by a fault that it has confirmed. */
  #said: LastWords = { exitCode: null, signal: null }

  /** Counts the attempt: it begins now. */
  constructor(agent: string, { attempts, faults, place, observe }: AttemptContext, saysReady = true) {
    this.agent = agent
    this.number = attempts.next(agent)
    this.place = placeOf(place, agent, this.number)
    this.#observe = observe
    this.#saysReady = saysReady
    this.#faults = faults.begin(agent, this.number)
  }

  /** How the start is to be refused. */
  get refusal(): Refusal | undefined {
    return this.#faults.refusal
  }

  /** The start cannot be refused in the way ordered. */
  cannotRefuse(reason: string): void {
    this.#faults.cannotRefuse(reason)
  }

  /** Makes its start ready for what the system is to do to it. Undefined: there is nothing to do. */
  confine(runtimeDir: string): ConfinedStart | undefined {
    const start = confine(this.#faults.confinements, { runtimeDir, place: this.place })
    if (!start) return undefined
    this.#unseen = [...start.witnesses]
    this.#faults.confined(() => this.#look())
    return start
  }

  /** The process exists. Given its `ChildProcess`, its signals and its exit are followed, ahead of all who listen later. */
  spawned(child?: ChildProcess): void {
    this.#faults.spawned()
    this.#tell({ kind: 'spawn' })
    if (child) this.follow(child)
  }

  follow(child: ChildProcess): void {
    const kill = child.kill
    Object.defineProperty(child, 'kill', {
      configurable: true,
      writable: true,
      value: (signal?: NodeJS.Signals | number): boolean => {
        const sent = Reflect.apply(kill, child, [signal])
        const name = signalName(signal)
        if (sent && name !== undefined) this.signalled(name)
        return sent
      },
    })
    child.once('exit', (exitCode: number | null, signal: NodeJS.Signals | null) =>
      this.exited({ exitCode, signal }),
    )
  }

  /** The process is gone. @param how default: what it said itself, if it did */
  exited({ exitCode, signal }: LastWords = this.#said): void {
    if (this.#over) return
    this.#over = true
    this.#look()
    this.#faults.exited()
    this.#tell({ kind: 'exit', exitCode, signal })
  }

  /** The system refused to start it. */
  spawnFailed(code: string): void {
    this.#over = true
    const fault = this.#faults.spawnFailed(code)
    if (fault !== undefined) this.#tell({ kind: 'fault', fault, proof: { code } })
    this.#tell({ kind: 'spawn-failed', code })
  }

  /** The test process has sent it a signal. */
  signalled(signal: NodeJS.Signals): void {
    this.#session?.signalled(signal)
    this.#tell({ kind: 'signal', signal })
  }

  /** What it is told first. */
  welcome(script: AgentScript): Welcome {
    return { attempt: this.number, faults: this.#faults.welcome(), script }
  }

  /** From now on it can be spoken to. */
  connected(session: Conversation): void {
    session.listener = this
    this.#session = session
    this.#faults.connected(session)
  }

  /** It is up, by whatever sign. */
  becameReady(): void {
    if (this.#ready) return
    this.#ready = true
    this.#tell({ kind: 'ready' })
    this.#faults.reach('ready')
  }

  hello({ can, points }: Hello): void {
    this.#faults.hello(can, points)
  }

  ready(): void {
    if (this.#saysReady) this.becameReady()
    else this.#faults.reach('ready')
  }

  cue(name: string): void {
    this.#tell({ kind: 'cue', name })
    this.#faults.reach({ cue: name })
  }

  message(n: number): void {
    this.#faults.reach({ message: n })
  }

  fired(id: number, proof: Json): void {
    const fault = this.#faults.fired(id)
    if (fault === undefined) return
    this.#said = endBy(fault, proof) ?? this.#said
    this.#tell({ kind: 'fault', fault, proof })
  }

  failed(id: number, reason: string): void {
    this.#faults.failed(id, reason)
  }

  ended(lastWords: LastWords): void {
    if (lastWords.exitCode !== null || lastWords.signal !== null) this.#said = lastWords
    this.#faults.disconnected()
  }

  /** Confirms what the system shows by now. */
  #look(): void {
    for (const witness of this.#unseen) {
      const proof = witness.look()
      if (proof === undefined) continue
      this.#unseen = this.#unseen.filter((other) => other !== witness)
      this.fired(witness.id, proof)
    }
  }

  #tell(event: WithoutAttempt<AgentEvent>): void {
    if (event.kind !== 'fault') this.#look()
    this.#observe({ agent: this.agent, attempt: this.number, ...event })
  }
}

/** What the paths begin with that this attempt of an agent may put files at. */
export function placeOf(place: string, agent: string, attempt: number): string {
  return `${place}-${agent}-${attempt}`
}

/** How a process ends that has confirmed this fault, where there is no other way. */
function endBy(fault: string, proof: Json): LastWords | undefined {
  if (!isRecord(proof)) return undefined
  const { code, signal } = proof
  if (fault === 'exit' && Number.isInteger(code)) return { exitCode: Number(code), signal: null }
  // Any other signal it may have handled.
  return fault === 'signal' && signal === 'SIGKILL' ? { exitCode: null, signal } : undefined
}

/** The signal that `kill` sends; undefined for 0, which sends none. */
function signalName(signal: NodeJS.Signals | number | undefined): NodeJS.Signals | undefined {
  if (typeof signal !== 'number') return signal ?? 'SIGTERM'
  return Object.entries(os.constants.signals).find(([, number]) => number === signal)?.[0] as
    | NodeJS.Signals
    | undefined
}
