import type { ChildProcess } from 'node:child_process'

import { realNow } from '../real-time.ts'
import { aroundStart, watchStarts } from '../starts.ts'
import { Child } from './child.ts'
import type { Evidence, EvidenceSource, Rest } from './evidence/evidence.ts'
import { Guests } from './guests.ts'
import type { Route, Speaker } from './route.ts'
import { bySource, type Source } from './source.ts'
import { WorkerChildren } from './worker-children.ts'

/**
 * On what a rest is founded: no process lived; all that lived said themselves that they rest; of some, the system showed it.
 */
export type EvidenceLevel = 'exact' | 'cooperative' | 'heuristic'

/** All processes of a test, at one moment. */
export interface Situation {
  /** Nobody is at work: what was held can be given out. */
  readonly settled: boolean
  /** Somebody is about to wake up by himself: what he does then may belong to what was held. */
  readonly napping: boolean
  /** Somebody will wake up by himself, after a second or more of real time. */
  readonly dozing: boolean
  /** Nobody wakes up by himself soon: time can move. */
  readonly restful: boolean
  readonly level: EvidenceLevel
  /** Another one if anybody has been at work in between; empty if nobody lives. */
  readonly fingerprint: string
  describe(): string[]
}

export interface PopulationOptions {
  readonly evidence: EvidenceSource
  /** Whether what is started at this moment belongs to this test. */
  owns(): boolean
  /** Every process of the test, wherever it is now. */
  survivors(): readonly number[]
  onActivity(): void
}

interface Seen {
  readonly name: string
  readonly rest: Rest | 'unknown'
  readonly lines: () => readonly string[]
}

/** No program is loaded faster. Real ms. */
const STARTING = 0.8
/** The pipes of a process that has ended are usually at their end by then. Real ms until somebody is looked for who holds one. */
const PIPE_GRACE = 10
/** Nobody was found: it may still be on its way. Real ms. */
const PIPE_LIMIT = 250

/** The processes that live under the clock: every child of this thread, however it was started, and who else talks to it. */
export class Population {
  readonly #options: PopulationOptions
  readonly #children = new Map<ChildProcess, Child>()
  readonly #byPid = new Map<number, Child>()
  readonly #guests = new Guests((pid) => {
    const child = this.#byPid.get(pid)
    return child?.state === 'over' ? undefined : child
  })
  readonly #pipesSince = new Map<Child, number>()
  readonly #workerChildren = new WorkerChildren()
  #unwatch: (() => void) | undefined
  #started = 0
  #newest: Child | undefined
  #newestSince = 0

  constructor(options: PopulationOptions) {
    this.#options = options
  }

  /** Begins with those that live already, in this order, and goes on with whatever is started. */
  start(children: Iterable<ChildProcess>): void {
    for (const process of children) {
      this.#begin(this.#add(process))
    }
    this.#unwatch = watchStarts((child) => this.#onStart(child))
    this.#workerChildren.start()
  }

  /** Gives all back. What was held of those that `keep` names is given out; the others are never heard of again. */
  stop(keep: (process: ChildProcess) => boolean): void {
    this.#unwatch?.()
    this.#workerChildren.stop()
    const kept = [...this.#children.values()].filter((child) => keep(child.process))
    for (const child of this.#children.values()) {
      child.release()
      if (!kept.includes(child)) child.forget()
    }
    for (const source of [...kept.map((child) => child.source), ...this.#guests.sources]) source.giveAll()
  }

  /** How many processes were started under the clock. */
  get started(): number {
    return this.#started
  }

  /** One has just been started: for as long as this it is certainly at work. */
  get starting(): boolean {
    return this.#newest?.state === 'alive' && realNow() - this.#newestSince < STARTING
  }

  /** Those of whom something is held: who is no child of this process by name, then children in the order of their start. */
  get waiting(): Source[] {
    const sources: Source[] = []
    for (const { source } of this.#children.values()) if (source.waiting) sources.push(source)
    for (const source of this.#guests.sources) if (source.waiting) sources.push(source)
    return sources.length > 1 ? sources.sort(bySource) : sources
  }

  /** What comes over the connection of a child has its place among all that the child does. */
  route(speaker: Speaker): Route {
    const guest = this.#guests.open(speaker)
    return {
      deliver: (event, stream) => {
        guest.place.source.hold('control', event, stream)
        this.#options.onActivity()
      },
      close: () => guest.leave(),
    }
  }

  look(): Situation {
    const seen: Seen[] = []
    let level: EvidenceLevel = 'exact'
    let fingerprint = ''
    const add = (name: string, pid: number | undefined, speaker: Speaker | undefined): void => {
      const evidence = pid === undefined ? undefined : this.#options.evidence.look(pid)
      fingerprint += evidence?.fingerprint ?? String(speaker?.parked)
      if (speaker?.parked !== true) level = 'heuristic'
      else if (level === 'exact') level = 'cooperative'
      seen.push({ name, rest: restOf(evidence, speaker), lines: () => evidence?.lines ?? [] })
    }
    for (const child of this.#children.values()) {
      if (child.state === 'over') this.#retire(child)
      else if (child.state === 'alive') {
        const { pid } = child.process
        // Without one it has not come to be, and perhaps never will.
        if (pid !== undefined) add(child.source.name(), pid, child.voices.main)
      } else if (child.ending) seen.push(...this.#heldPipes(child))
      else this.#pipesSince.delete(child)
    }
    for (const pid of this.#workerChildren.pids) add('a process of a worker thread', pid, undefined)
    for (const { pid, source, voices } of this.#guests.look()) add(source.name(), pid, voices.main)
    return {
      settled: seen.every(({ rest }) => rest !== 'running' && rest !== 'gone'),
      napping: seen.some(({ rest }) => rest === 'napping'),
      dozing: seen.some(({ rest }) => rest === 'dozing'),
      restful: seen.every(({ rest }) => rest === 'parked' || rest === 'dozing'),
      level,
      fingerprint,
      describe: () => seen.flatMap(describe),
    }
  }

  #onStart(process: ChildProcess): void {
    if (!this.#options.owns()) return
    const child = this.#add(process)
    aroundStart(process, (request, start) => {
      const result = start(request)
      this.#begin(child)
      this.#newest = child
      this.#newestSince = realNow()
      return result
    })
  }

  #add(process: ChildProcess): Child {
    const child = new Child(
      process,
      ++this.#started,
      (known) => this.#nameOf(known),
      this.#options.onActivity,
    )
    this.#children.set(process, child)
    this.#options.onActivity()
    return child
  }

  /** It has been started. */
  #begin(child: Child): void {
    child.catchPipes()
    const { pid } = child.process
    if (pid !== undefined) this.#byPid.set(pid, child)
  }

  #retire(child: Child): void {
    if (child.source.waiting) return
    const { pid } = child.process
    this.#children.delete(child.process)
    if (pid !== undefined && this.#byPid.get(pid) === child) this.#byPid.delete(pid)
    this.#pipesSince.delete(child)
  }

  #nameOf({ process, voices }: Child): string {
    const { main } = voices
    if (main) return main.name
    const command = process.spawnargs?.join(' ') ?? process.spawnfile ?? 'a process'
    return command.length > 80 ? `${command.slice(0, 79)}…` : command
  }

  /** A pipe of a process that has ended is open: somebody else has it, or its end is on its way. */
  #heldPipes(child: Child): Seen[] {
    const since = this.#pipesSince.get(child) ?? realNow()
    this.#pipesSince.set(child, since)
    const name = `${child.source.name()}, which has exited: its pipes are held open`
    const waited = realNow() - since
    if (waited < PIPE_GRACE) return [{ name, rest: 'running', lines: () => [] }]
    const holders = this.#options.survivors().map((pid) => this.#options.evidence.look(pid))
    if (holders.length === 0) {
      return [{ name, rest: waited < PIPE_LIMIT ? 'running' : 'parked', lines: () => [] }]
    }
    return holders.flatMap((evidence) =>
      evidence
        ? [{ name, rest: evidence.rest === 'gone' ? 'running' : evidence.rest, lines: () => evidence.lines }]
        : [],
    )
  }
}

/** What the system shows counts; where it shows nothing, what the process says. */
function restOf(evidence: Evidence | undefined, speaker: Speaker | undefined): Rest | 'unknown' {
  if (evidence) return evidence.rest
  if (speaker?.parked === undefined) return 'unknown'
  return speaker.parked ? 'parked' : 'running'
}

function describe({ name, rest, lines }: Seen): string[] {
  return [`${name}: ${WORDS[rest]}`, ...lines().map((line) => `  ${line}`)]
}

const WORDS: Readonly<Record<Rest | 'unknown', string>> = {
  parked: 'at rest, until something wakes it',
  dozing: 'asleep for a second or more of real time',
  napping: 'asleep for a moment of real time, by a timer of its own that this clock does not rule',
  running: 'at work',
  gone: 'ended, which the test has not been told yet',
  unknown: 'this system does not show whether it rests: let it speak the protocol',
}
