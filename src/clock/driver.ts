import { realNow, realTurn, within } from '../real-time.ts'
import { Notifier } from '../wait.ts'
import type { ClockErrors } from './clock-errors.ts'
import { type Goal, Goals } from './goals.ts'
import { OwnThreads } from './own-threads.ts'
import type { Population } from './population.ts'
import type { Participant, Participants } from './participants.ts'
import { comesToRest, reactions } from './quiet.ts'
import type { EvidenceLevel, Situation } from './situation.ts'
import type { Source } from './source.ts'
import type { Times } from './times.ts'

/** Somebody of whom something is held: given out, until `rest` says that this is to end. */
type Heard = Pick<Source, 'turn'>

export interface DriverParts {
  readonly times: Times
  readonly participants: Participants
  readonly population: Population
  readonly errors: ClockErrors
  /** In which order those are heard that have done something at the same time. */
  readonly order: (sources: Heard[]) => Heard[]
  /** How long to wait, in ms of real time, for processes to come to rest. */
  readonly patience: number
}

/** Events, and starts of processes, that may follow each other without coming to rest. */
const MOST_AT_ONCE = 100_000
const MOST_STARTS = 1000
/** So many are too many if they have taken longer than everything may take to come to rest. */
const MANY_STARTS = 100
/** Real ms that a dead end is looked at before it is called one: something unseen may still be on its way. */
const DEAD_END = 100
/** Real ms that the first who have done something wait for those who are about to wake up. */
const NAP = 1000
/** Real ms between looks at processes that are at work; 0 is a turn of the event loop. */
const LOOKS = [0, 0, 0, 0, 0, 1, 1, 2, 4, 8]

/**
 * The one loop of a virtual clock: it gives out what processes have done, and moves time while somebody wants that and
 * everything is at rest.
 */
export class Driver {
  readonly #parts: DriverParts
  readonly #goals = new Goals()
  readonly #changed = new Notifier()
  readonly #threads = new OwnThreads()
  /** Real work that is under way without a process or a request that shows it. */
  readonly #work = new Set<object>()
  #activity = 0
  #running = false
  #stopped = false
  #level: EvidenceLevel = 'exact'
  /** When anything last went on. ms of real time. */
  #progress = realNow()
  #atOnce = 0
  #startedBefore = 0
  /** When time last moved, or could have. ms of real time. */
  #instant = realNow()
  #looks = 0
  #fired = 0
  #deadEnd: number | undefined
  /** Since when nothing was given out because of somebody's nap. */
  #heldSince: number | undefined

  constructor(parts: DriverParts) {
    this.#parts = parts
  }

  /** The weakest evidence on which time has moved. */
  get level(): EvidenceLevel {
    return this.#level
  }

  /** How many timers were called. */
  get fired(): number {
    return this.#fired
  }

  /** Since when nothing went on, in ms of real time; undefined while somebody wants time to move. */
  get idleSince(): number | undefined {
    return this.#goals.size > 0 ? undefined : this.#progress
  }

  /** Resolves at the first rest at which the goal is met. Rejects as `VirtualClock.runUntil` does. */
  async reach(goal: Goal, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#stopped) throw this.#parts.errors.removed()
    if (this.#goals.size === 0) this.#newInstant()
    const outcome = this.#goals.pursue(goal, signal)
    this.#progress = realNow()
    this.#start()
    await outcome
  }

  /** Something has happened somewhere. */
  noteActivity(): void {
    this.#activity += 1
    this.#looks = 0
    this.#changed.notify()
    this.#start()
  }

  /** Has no time pass until the returned function is called. */
  hold(): () => void {
    const work = {}
    this.#work.add(work)
    return () => {
      if (this.#work.delete(work)) this.noteActivity()
    }
  }

  /** Ends the loop. Who still waits is told so. */
  stop(): void {
    this.#stopped = true
    this.#goals.fail(this.#parts.errors.removed())
    this.#threads.close()
    this.#changed.notify()
  }

  #start(): void {
    if (this.#running || this.#stopped) return
    this.#running = true
    this.#progress = realNow()
    void this.#run()
  }

  async #run(): Promise<void> {
    // What is under way at this moment, such as the start of a process, is to be complete.
    await Promise.resolve()
    try {
      while (!this.#stopped && (this.#goals.size > 0 || this.#waiting.length > 0)) await this.#step()
    } catch (error) {
      if (this.#goals.size === 0) throw error
      this.#goals.fail(error)
    } finally {
      // At once: whoever comes now starts it again.
      this.#running = false
    }
  }

  async #step(): Promise<void> {
    const { population, patience, errors } = this.#parts
    if (population.starting) return this.#lookAgain(1)
    const before = population.look()
    const seen = this.#activity
    const overdue = realNow() - this.#progress > patience
    const waiting = this.#waiting
    if (overdue && this.#goals.size > 0) return this.#goals.fail(errors.stalled())
    // Nobody moves time, and somebody is always at work: then what came is heard at last, in whatever order.
    if (overdue) return this.#give(waiting)
    if (!before.settled) return this.#lookAgain()
    if (waiting.length > 0) {
      if (before.napping && this.#mayWake()) return this.#lookAgain()
      return before.fingerprint === '' || (await this.#holds(before, seen, { turns: 1 }))
        ? this.#give(waiting)
        : undefined
    }
    if (!before.restful || this.#work.size > 0) return this.#lookAgain()
    if (!(await this.#holds(before, seen, { atWork: () => this.#threads.atWork }))) return undefined
    this.#looks = 0
    this.#progress = realNow()
    this.#newInstant()
    return this.#atRest(before)
  }

  /**
   * Those who are heard next: first whoever has sent something to this process. What others have sent to each other is heard by one
   * process at a time, since what it does then may reach the next one.
   */
  get #waiting(): Heard[] {
    const { population, participants } = this.#parts
    const { waiting } = population
    if (waiting.length > 0) return waiting
    const next = participants.present.find((one) => one.waiting)
    const turn = async (): Promise<void> => {
      try {
        await participants.give(next as Participant)
      } catch (error) {
        // While nobody moves time, whoever is at work for long is in nobody's way.
        if (this.#goals.size > 0) throw error
      }
    }
    return next ? [{ turn }] : []
  }

  /** How many processes were started so far, by whomever. */
  get #started(): number {
    const { population, participants } = this.#parts
    return population.started + participants.started
  }

  #newInstant(): void {
    this.#atOnce = 0
    this.#instant = realNow()
    this.#startedBefore = this.#started
  }

  /** Whether nothing has happened for some turns, and nobody has been at work meanwhile. */
  async #holds(before: Situation, seen: number, how: Parameters<typeof comesToRest>[2]): Promise<boolean> {
    const { population, patience } = this.#parts
    const disturbed = (): boolean => this.#activity !== seen || this.#stopped
    if (!(await comesToRest(disturbed, patience, how))) return false
    if (!before.visible && !(await this.#parts.participants.confirm())) return false
    const after = population.look()
    // Who has been woken, and not been given a processor yet, shows that in its state alone.
    return after.fingerprint === before.fingerprint && after.settled && (after.restful || !before.restful)
  }

  /** Waits for an event, or a little. */
  async #lookAgain(pause = LOOKS[Math.min(this.#looks++, LOOKS.length - 1)] ?? 0): Promise<void> {
    if (pause === 0) return realTurn()
    await within(this.#changed.wait(), pause)
  }

  /** A nap is shorter than this: who still takes one then takes them again and again. */
  #mayWake(): boolean {
    this.#heldSince ??= realNow()
    return realNow() - this.#heldSince < NAP
  }

  /** Gives out what each process has done, one after the other, each time until nobody reacts to it any more. */
  async #give(waiting: Heard[]): Promise<void> {
    const stopped = (): boolean => this.#stopped
    const rest = reactions(stopped)
    this.#heldSince = undefined
    for (const source of this.#parts.order(waiting)) if (!this.#stopped) await source.turn(rest)
    this.#progress = realNow()
    this.#atOnce += 1
    const starts = this.#started - this.#startedBefore
    const tooLong = realNow() - this.#instant > this.#parts.patience
    const tooMany = starts > (tooLong ? MANY_STARTS : MOST_STARTS)
    if (this.#atOnce <= MOST_AT_ONCE && !tooMany) return
    this.#goals.fail(this.#parts.errors.endless(tooMany ? `${starts} starts` : `${MOST_AT_ONCE} events`))
    this.#newInstant()
  }

  async #atRest(situation: Situation): Promise<void> {
    const { times, errors } = this.#parts
    if (this.#goals.size === 0) return
    // Whoever has reached his goal goes on before time does.
    if (this.#goals.endMet()) return
    const { next } = times
    const { until } = this.#goals
    const to = Math.min(next ?? Infinity, until)
    if (to === Infinity) return this.#deadlock(situation)
    this.#deadEnd = undefined
    this.#goals.endBeyond(to, (limit) => errors.beyondLimit(limit, to))
    if (this.#goals.size === 0) return
    this.#level = weaker(this.#level, situation.level)
    if (next === undefined || next > until) return times.moveTo(until)
    this.#fired += 1
    try {
      await times.fire()
    } catch (error) {
      this.#goals.fail(error)
    }
  }

  /** No timer, no process at work: unless something unseen comes, or a sleeper wakes up after all, this is the end. */
  async #deadlock({ dozing }: Situation): Promise<void> {
    this.#deadEnd ??= realNow()
    const limit = dozing ? this.#parts.patience : DEAD_END
    if (realNow() - this.#deadEnd < limit) return this.#lookAgain()
    this.#deadEnd = undefined
    this.#goals.fail(this.#parts.errors.deadlock())
  }
}

function weaker(a: EvidenceLevel, b: EvidenceLevel): EvidenceLevel {
  const levels: readonly EvidenceLevel[] = ['exact', 'cooperative', 'heuristic']
  return levels[Math.max(levels.indexOf(a), levels.indexOf(b))] ?? 'heuristic'
}
