import { canonical } from './canonical-schedule.ts'
import type { Exploration } from './exploration.ts'
import { faultForms, type FaultForm, formIndex } from './fault-forms.ts'
import type { Moments } from './moments.ts'
import { isFault, isStep, type Schedule, type ScheduleEntry, type ScheduledFault } from './schedule.ts'
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
    const at = Math.floor(this.#random() * schedule.length)
    const entry = schedule[at]
    const drawn = this.#random()
    const full = schedule.length >= this.#exploration.length
    if (!entry || (drawn < 0.35 && !full)) return this.#added(schedule, moments)
    if (drawn < 0.75) return schedule.with(at, this.#retimed(entry, moments))
    if (drawn < 0.83) return schedule.toSpliced(at, 1)
    if (drawn < 0.93) return this.#added(schedule.toSpliced(at, 1), moments)
    return [...schedule.slice(0, at + 1), ...other.slice(Math.floor(this.#random() * other.length))]
  }

  #added(schedule: Schedule, moments: Moments): Schedule {
    const entry = this.#fresh.entry(schedule)
    if (!entry) return schedule
    const placed = isFault(entry) ? this.#ofThose(entry, moments) : entry
    return [...schedule, this.#random() < TIMELY ? this.#retimed(placed, moments) : placed]
  }

  /** Strikes an attempt that there was, or the next one: what comes later does not strike. */
  #ofThose(entry: ScheduledFault, moments: Moments): ScheduledFault {
    const most = Math.min(moments.attempts(entry.agent) + 1, this.#exploration.attempts)
    return entry.attempt <= most ? entry : { ...entry, attempt: 1 + Math.floor(this.#random() * most) }
  }

  #retimed(entry: ScheduleEntry, moments: Moments): ScheduleEntry {
    if (isStep(entry)) return { ...entry, at: limited(this.#moment(moments), this.#limits.step) }
    const form = this.#forms[formIndex(this.#forms, entry)]
    const [name] = form?.durations ?? []
    if (name !== undefined) {
      const ms = limited(this.#moment(moments) - this.#moment(moments), this.#limits.duration)
      return { ...entry, options: { ...entry.options, [name]: ms } }
    }
    if (!form?.later)
      return { ...entry, attempt: 1 + Math.floor(this.#random() * this.#exploration.attempts) }
    const after = this.#moment(moments) - (moments.readyAt(entry) ?? this.#moment(moments))
    return { ...entry, at: { after: limited(after, this.#limits.after) } }
  }

  /** A time at which something happened, or just before or after it, or in the middle to the next one. */
  #moment({ times }: Moments): number {
    const at = Math.floor(this.#random() * times.length)
    const [time = 0, next = time] = [times[at], times[at + 1]]
    const drawn = this.#random()
    if (drawn < 0.3) return time
    if (drawn < 0.45) return time - 1
    if (drawn < 0.6) return time + 1
    return Math.floor((time + next) / 2)
  }
}

/** How often one change is followed by another. */
const AGAIN = 0.3
/** How often what is new happens at a time of the play. */
const TIMELY = 0.5

function limited(time: number, most: number): number {
  return Math.max(0, Math.min(Math.floor(Math.abs(time)), most))
}
