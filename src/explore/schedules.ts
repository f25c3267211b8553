import * as fc from 'fast-check'

import type { Json } from '../json.ts'
import { randomGenerator, randomStream } from '../random.ts'
import type { Exploration } from './exploration.ts'
import { type FaultForm, faultForms } from './fault-forms.ts'
import { isFault, isStep, type Schedule, type ScheduleEntry, type ScheduledFault } from './schedule.ts'
import { timeLimits, times } from './times.ts'

/** What the entries of a schedule may be, by what they are about. */
export interface EntryArbitraries {
  readonly faults: ReadonlyMap<string, fc.Arbitrary<ScheduleEntry>>
  readonly steps: ReadonlyMap<string, fc.Arbitrary<ScheduleEntry>>
}

/** All schedules of an exploration, for fast-check: they shrink without knowing how they came about. */
export function schedules(exploration: Exploration): fc.Arbitrary<Schedule> {
  const { faults, steps } = entries(exploration)
  const all = [...faults.values(), ...steps.values()]
  return all.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...all), { maxLength: exploration.length })
}

export function entries(exploration: Exploration): EntryArbitraries {
  const limits = timeLimits(exploration)
  const later = fc.record({ after: times(limits.after) }, EXACT)
  const duration = times(limits.duration)
  const { agents, attempts } = exploration
  const ids = agents.map(({ id }) => id)
  const shared = {
    ...(ids.length > 1 && { agent: fc.constantFrom(...ids) }),
    attempt: fc.integer({ min: 1, max: attempts }),
  }
  const fault = (form: FaultForm): fc.Arbitrary<ScheduledFault> => {
    const at = [
      ...(form.points.length > 0 ? [fc.constantFrom(...form.points)] : []),
      ...(form.later ? [later] : []),
    ]
    const options = {
      ...Object.fromEntries(Object.entries(form.options).map(([name, value]) => [name, literal(value)])),
      ...Object.fromEntries(form.durations.map((name) => [name, duration])),
    }
    const parts = { ...shared, fault: fc.constant(form.fault), at: fc.oneof(...at) }
    return Object.keys(options).length > 0
      ? fc.record({ ...parts, options: fc.record(options, EXACT) }, EXACT)
      : fc.record(parts, EXACT)
  }
  const at = times(limits.step)
  return {
    faults: new Map(faultForms(exploration).map((form) => [form.label, fault(form)])),
    steps: new Map(
      Object.keys(exploration.steps).map((step) => [step, fc.record({ step: fc.constant(step), at }, EXACT)]),
    ),
  }
}

/** The same play, in the order in which readers expect its entries: faults by agent and attempt, then steps by time. */
export function canonical({ agents }: Pick<Exploration, 'agents'>, schedule: Schedule): Schedule {
  const rank = ({ agent = agents[0]?.id }: ScheduledFault): number =>
    agents.findIndex(({ id }) => id === agent)
  return [
    ...schedule.filter(isFault).sort((a, b) => rank(a) - rank(b) || a.attempt - b.attempt),
    ...schedule.filter(isStep).sort((a, b) => a.at - b.at),
  ]
}

/**
 * New schedules, one after the other, which depend on the seed and the label alone. Each concern draws from a stream of its
 * own: with one fault more in the list, the others strike as often, as early and at the same points as before.
 */
export class FreshSchedules {
  readonly #exploration: Exploration
  readonly #entries: EntryArbitraries
  readonly #stream: (concern: string) => () => number
  readonly #random: (concern: string) => fc.Random
  readonly #draw: Readonly<
    Record<'length' | 'kind' | 'fault' | 'step' | 'attempt' | 'together', () => number>
  >
  readonly #randoms = new Map<string, fc.Random>()

  constructor(exploration: Exploration, label: string) {
    const { seed } = exploration
    this.#exploration = exploration
    this.#entries = entries(exploration)
    this.#stream = (concern) => randomStream(seed, `${label}: ${concern}`)
    this.#random = (concern) => new fc.Random(randomGenerator(seed, `${label}: ${concern}`))
    this.#draw = {
      length: this.#stream('length'),
      kind: this.#stream('kind'),
      fault: this.#stream('fault'),
      step: this.#stream('step'),
      attempt: this.#stream('attempt'),
      together: this.#stream('together'),
    }
  }

  next(): Schedule {
    const length = lengthBy(this.#draw.length(), this.#exploration.length)
    const schedule: ScheduleEntry[] = []
    while (schedule.length < length) {
      const entry = this.entry(schedule)
      if (!entry) break
      schedule.push(entry)
    }
    return canonical(this.#exploration, schedule)
  }

  /** One more entry beside others. Undefined if the exploration has neither faults nor steps. */
  entry(others: Schedule): ScheduleEntry | undefined {
    const { faults, steps } = this.#entries
    const wantsStep = this.#draw.kind() < STEPS
    const kind = steps.size > 0 && (wantsStep || faults.size === 0) ? 'step' : 'fault'
    const choices = [...(kind === 'step' ? steps : faults)]
    const [name, arbitrary] = choices[Math.floor(this.#draw[kind]() * choices.length)] ?? []
    if (name === undefined || !arbitrary) return undefined
    const entry = arbitrary.generate(this.#randomOf(`${kind} ${name}`), undefined).value
    return isStep(entry) ? this.#together(entry, others) : this.#inARow(entry, others)
  }

  /** What goes wrong in one attempt often has to go wrong in the next one, too. */
  #inARow(entry: ScheduledFault, others: Schedule): ScheduledFault {
    if (this.#draw.attempt() >= IN_A_ROW) return entry
    const struck = others.filter(isFault).filter(({ agent }) => agent === entry.agent)
    const attempt = Math.max(0, ...struck.map(({ attempt }) => attempt)) + 1
    return attempt <= this.#exploration.attempts ? { ...entry, attempt } : entry
  }

  /** Two steps in one tick are worth a try. */
  #together<Step extends ScheduleEntry & { readonly step: string }>(entry: Step, others: Schedule): Step {
    const drawn = this.#draw.together()
    const [other] = others.filter(isStep).slice(-1)
    return other && drawn < TOGETHER ? { ...entry, at: other.at } : entry
  }

  #randomOf(concern: string): fc.Random {
    const known = this.#randoms.get(concern)
    if (known) return known
    const random = this.#random(concern)
    this.#randoms.set(concern, random)
    return random
  }
}

/** Records without surprises: nothing but these fields, and those of every object. */
const EXACT = { noNullPrototype: true } as const

/** How many of the entries are steps, if there are both. */
const STEPS = 0.4
const IN_A_ROW = 0.6
const TOGETHER = 0.25

/** Most mistakes take one to three entries: half of the schedules have one or two, and each further one is rarer. */
function lengthBy(drawn: number, most: number): number {
  return Math.min(most, 1 + Math.floor(Math.log(1 - drawn) / Math.log(LONGER)))
}

const LONGER = 0.65

function literal(value: Json): fc.Arbitrary<Json> {
  if (Array.isArray(value)) return fc.tuple(...value.map(literal)) as fc.Arbitrary<Json>
  if (typeof value !== 'object' || value === null) return fc.constant(value)
  const fields = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, literal(inner)]))
  return fc.record(fields, EXACT) as fc.Arbitrary<Json>
}
