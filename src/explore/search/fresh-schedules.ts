import * as fc from 'fast-check'

import { randomGenerator, randomStream } from '../../random.ts'
import { canonical } from './canonical-schedule.ts'
import type { Exploration } from '../exploration.ts'
import {
  isFault,
  isStep,
  type Schedule,
  type ScheduledFault,
  type ScheduledStep,
  type ScheduleEntry,
} from '../schedule.ts'
import { entries, type EntryArbitraries } from './schedules.ts'

type Decision = 'length' | 'kind' | 'fault' | 'step' | 'row' | 'tick'

/**
 * New schedules, one after the other, which depend on the exploration, its seed and the label alone. Each concern draws from
 * a stream of its own: one fault more in the list changes how often the others strike, not where and when.
 */
export class FreshSchedules {
  readonly #exploration: Exploration
  readonly #label: string
  readonly #entries: EntryArbitraries
  readonly #decisions = new Map<Decision, () => number>()
  readonly #randoms = new Map<string, fc.Random>()

  constructor(exploration: Exploration, label: string) {
    this.#exploration = exploration
    this.#label = label
    this.#entries = entries(exploration)
  }

  next(): Schedule {
    const length = Math.min(lengthOf(this.#decide('length')), this.#exploration.length)
    const schedule: ScheduleEntry[] = []
    while (schedule.length < length) {
      const entry = this.entry(schedule)
      if (!entry) break
      schedule.push(entry)
    }
    return canonical(this.#exploration, schedule)
  }

  /** One more entry, beside others. Undefined if the exploration has neither faults nor steps. */
  entry(others: Schedule): ScheduleEntry | undefined {
    const { faults, steps } = this.#entries
    const wantsStep = this.#decide('kind') < STEPS
    if (steps.size > 0 && (wantsStep || faults.size === 0))
      return this.#inOneTick(this.#generate('step', steps), others)
    if (faults.size > 0) return this.#inARow(this.#generate('fault', faults), others)
  }

  /** What goes wrong in one attempt often has to go wrong in the next one, too. */
  #inARow(entry: ScheduledFault, others: Schedule): ScheduledFault {
    if (this.#decide('row') >= IN_A_ROW) return entry
    const struck = others.filter(isFault).filter(({ agent }) => agent === entry.agent)
    const attempt = Math.max(0, ...struck.map(({ attempt }) => attempt)) + 1
    return attempt <= this.#exploration.attempts ? { ...entry, attempt } : entry
  }

  /** What a user does twice is often done without a pause. */
  #inOneTick(entry: ScheduledStep, others: Schedule): ScheduledStep {
    const other = others.findLast(isStep)
    return this.#decide('tick') < IN_ONE_TICK && other ? { ...entry, at: other.at } : entry
  }

  #generate<Entry>(kind: 'fault' | 'step', from: ReadonlyMap<string, fc.Arbitrary<Entry>>): Entry {
    const choices = [...from]
    const [name, arbitrary] = choices[Math.floor(this.#decide(kind) * choices.length)] ?? []
    if (!arbitrary) throw new TypeError(`There is no ${kind} to choose.`)
    return arbitrary.generate(this.#random(`${kind} ${name}`), undefined).value
  }

  #decide(decision: Decision): number {
    const known = this.#decisions.get(decision)
    const stream = known ?? randomStream(this.#exploration.seed, `${this.#label}: ${decision}`)
    if (!known) this.#decisions.set(decision, stream)
    return stream()
  }

  #random(concern: string): fc.Random {
    const known = this.#randoms.get(concern)
    const random =
      known ?? new fc.Random(randomGenerator(this.#exploration.seed, `${this.#label}: ${concern}`))
    if (!known) this.#randoms.set(concern, random)
    return random
  }
}

/** How many of the entries are steps, if there are both. */
const STEPS = 0.4
const IN_A_ROW = 0.6
const IN_ONE_TICK = 0.25

/** Most mistakes take one to three entries: of so many schedules that have some there are some with one more. */
const LONGER = 0.65

function lengthOf(drawn: number): number {
  return 1 + Math.floor(Math.log(1 - drawn) / Math.log(LONGER))
}
