import { canonical } from './canonical-schedule.ts'
import type { Exploration } from '../exploration.ts'
import { faultForms, type FaultForm, formIndex } from './fault-forms.ts'
import type { Moments } from './moments.ts'
import { isFault, isStep, type Schedule, type ScheduleEntry, type ScheduledFault } from '../schedule.ts'
import type { FreshSchedules } from './fresh-schedules.ts'
import { type TimeLimits, timeLimits } from './times.ts'

/** A schedule that has shown something new, and when what happened in it. */
export interface Specimen {
  readonly schedule: Schedule
  readonly moments: Moments
}

/** Makes schedules of such that have been played. */
export class Mutator {
  readonly #exploration: Exploration
  readonly #fresh: FreshSchedules
  readonly #random: () => number
  readonly #limits: TimeLimits
  readonly #forms: readonly FaultForm[]

  /** @param random where all its decisions come from, but for new entries */
  constructor(exploration: Exploration, fresh: FreshSchedules, random: () => number) {
    this.#exploration = exploration
    this.#fresh = fresh
    this.#random = random
    this.#limits = timeLimits(exploration)
    this.#forms = faultForms(exploration)
  }

  /** One that differs in a little, mostly in one thing. */
  mutate({ schedule, moments }: Specimen, other: Specimen): Schedule {
    let mutated = schedule
    do mutated = this.#once(mutated, moments, other.schedule)
    while (this.#random() < AGAIN)
    return canonical(this.#exploration, mutated.slice(0, this.#exploration.length))
  }

  #once(schedule: Schedule, moments: Moments, other: Schedule): Schedule {
    const at = this.#below(schedule.length)
    const entry = schedule[at]
    const drawn = this.#random()
    const isFull = schedule.length >= this.#exploration.length
    if (!entry || (drawn < 0.35 && !isFull)) return this.#added(schedule, moments)
    if (drawn < 0.75) return schedule.with(at, this.#moved(entry, moments))
    if (drawn < 0.83) return schedule.toSpliced(at, 1)
    if (drawn < 0.93) return this.#added(schedule.toSpliced(at, 1), moments)
    return [...schedule.slice(0, at + 1), ...other.slice(this.#below(other.length))]
  }

  #added(schedule: Schedule, moments: Moments): Schedule {
    const entry = this.#fresh.entry(schedule)
    if (!entry) return schedule
    const isFarOff = isFault(entry) && entry.attempt > this.#attempts(entry, moments)
    const near = isFarOff ? this.#atAnotherAttempt(entry, moments) : entry
    return [...schedule, this.#random() < TIMELY ? this.#moved(near, moments) : near]
  }

  /** The same at another time, or in another attempt, or for another time. */
  #moved(entry: ScheduleEntry, moments: Moments): ScheduleEntry {
    if (isStep(entry)) return { ...entry, at: upTo(this.#limits.step, this.#moment(moments)) }
    const { durations = [], later } = this.#forms[formIndex(this.#forms, entry)] ?? {}
    const ways = [
      ...durations.map((name) => () => this.#ofAnotherDuration(entry, name, moments)),
      ...(later ? [() => this.#atAnotherTime(entry, moments)] : []),
      ...(later && durations.length === 0 ? [] : [() => this.#atAnotherAttempt(entry, moments)]),
    ]
    return ways[this.#below(ways.length)]?.() ?? entry
  }

  #ofAnotherDuration(entry: ScheduledFault, name: string, moments: Moments): ScheduledFault {
    const ms = upTo(this.#limits.duration, this.#moment(moments) - this.#moment(moments))
    return { ...entry, options: { ...entry.options, [name]: ms } }
  }

  #atAnotherTime(entry: ScheduledFault, moments: Moments): ScheduledFault {
    const ready = moments.readyAt(entry) ?? this.#moment(moments)
    return { ...entry, at: { after: upTo(this.#limits.after, this.#moment(moments) - ready) } }
  }

  #atAnotherAttempt(entry: ScheduledFault, moments: Moments): ScheduledFault {
    return { ...entry, attempt: 1 + this.#below(this.#attempts(entry, moments)) }
  }

  /** The last attempt that there was, or the one after it: what comes later does not strike. */
  #attempts({ agent }: ScheduledFault, moments: Moments): number {
    return Math.min(moments.attempts(agent) + 1, this.#exploration.attempts)
  }

  /** A time at which something happened, or just before or after it, or in the middle to the next one. */
  #moment({ times }: Moments): number {
    const at = this.#below(times.length)
    const [time = 0, next = time] = [times[at], times[at + 1]]
    const drawn = this.#random()
    if (drawn < 0.3) return time
    if (drawn < 0.5) return time - 1
    if (drawn < 0.65) return time + 1
    return Math.floor((time + next) / 2)
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count)
  }
}

/** How often one change is followed by another. */
const AGAIN = 0.3
/** How often what is new happens at a time of the play. */
const TIMELY = 0.75

/** The distance as a whole number of ms, up to a limit. */
function upTo(most: number, distance: number): number {
  return Math.min(Math.floor(Math.abs(distance)), most)
}
