import type { ChildProcess } from 'node:child_process'

import { realNow } from '../real-time.ts'
import { aroundStart, watchStarts } from '../starts.ts'
import { Child } from './child.ts'
import type { EvidenceSource } from './evidence/evidence.ts'
import { Guests } from './guests.ts'
import { Orphans } from './orphans.ts'
import { NO_PARTICIPANTS, type Participants } from './participants.ts'
import type { Route, Speaker } from './route.ts'
import { Look, type Seen, type Situation, type Word } from './situation.ts'
import { bySource, type Source } from './source.ts'
import { WorkerChildren } from './worker-children.ts'

export interface PopulationOptions {
  readonly evidence: EvidenceSource
  /** Default: nobody. */
  readonly participants?: Participants
  /** Whether what is started at this moment belongs to this test. */
  owns(): boolean
  /** Every process of the test, wherever it is now. */
  survivors(): readonly number[]
  onActivity(): void
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
  /** Those that have not been seen to end. */
  readonly #living = new Set<Child>()
  readonly #orphans: Orphans
  readonly #pipesSince = new Map<Child, number>()
  readonly #workerChildren = new WorkerChildren()
  #unwatch: (() => void) | undefined
  #started = 0
  #newest: Child | undefined
  #newestSince = 0

  constructor(options: PopulationOptions) {
    this.#options = options
    this.#orphans = new Orphans(() => options.survivors())
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
    const { evidence, participants = NO_PARTICIPANTS } = this.#options
    const look = new Look(evidence, timerless(participants))
    for (const child of this.#children.values()) {
      if (child.state !== 'alive' && this.#living.delete(child)) this.#orphans.noteEnd()
      if (child.state === 'over') this.#retire(child)
      else if (child.state === 'alive') {
        const { pid } = child.process
        // Without one it has not come to be, and perhaps never will.
        if (pid !== undefined) look.add(child.source.name(), pid, child.voices.main ?? this.#participant(pid))
      } else if (child.ending) look.addAll(this.#heldPipes(child))
      else this.#pipesSince.delete(child)
    }
    for (const pid of this.#workerChildren.pids) look.add('a process of a worker thread', pid, undefined)
    for (const { pid, source, voices } of this.#guests.look()) look.add(source.name(), pid, voices.main)
    for (const participant of participants.present) look.addParticipant(participant)
    for (const pid of participants.children) {
      if (look.covers(pid)) continue
      const rest = look.add('a process that goes by no clock', pid, undefined)
      if (rest !== 'gone' && rest !== 'unknown') continue
      participants.forget(pid)
      this.#orphans.noteEnd()
    }
    if (participants.inUse) this.#orphans.addTo(look)
    return look.situation
  }

  #participant(pid: number): Word | undefined {
    const found = this.#options.participants?.present.find((one) => one.pid === pid)
    return found && { parked: found.rests }
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
    this.#living.add(child)
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

/** The processes all of whose timers are virtual, and which rest. */
function timerless({ present }: Participants): Set<number> {
  const found = new Set(present.map(({ pid }) => pid))
  for (const { pid, rests, uncontrolled } of present) if (!rests || uncontrolled.length > 0) found.delete(pid)
  return found
}
