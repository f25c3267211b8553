import * as fc from 'fast-check'

import type { Json } from '../../json.ts'
import type { Exploration } from '../exploration.ts'
import { type FaultForm, faultForms } from './fault-forms.ts'
import type { Schedule, ScheduledFault, ScheduledStep } from '../schedule.ts'
import { timeLimits, times } from './times.ts'

/** What the entries of the schedules of an exploration may be. */
export interface EntryArbitraries {
  /** By the labels of their forms. */
  readonly faults: ReadonlyMap<string, fc.Arbitrary<ScheduledFault>>
  /** By their names. */
  readonly steps: ReadonlyMap<string, fc.Arbitrary<ScheduledStep>>
}

/** All schedules of an exploration. They shrink without knowing how they came about: wherever a schedule is from, it does. */
export function schedules(exploration: Exploration): fc.Arbitrary<Schedule> {
  const { faults, steps } = entries(exploration)
  const all = [...faults.values(), ...steps.values()]
  return all.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...all), { maxLength: exploration.length })
}

export function entries(exploration: Exploration): EntryArbitraries {
  const limits = timeLimits(exploration)
  const forms = faultForms(exploration)
  const [at, after, duration] = [times(limits.step), times(limits.after), times(limits.duration)]
  const steps = Object.keys(exploration.steps)
  return {
    faults: new Map(forms.map((form) => [form.label, fault(exploration, form, after, duration)])),
    steps: new Map(steps.map((step) => [step, fc.record({ step: fc.constant(step), at }, EXACT)])),
  }
}

function fault(
  { agents, attempts }: Exploration,
  form: FaultForm,
  after: fc.Arbitrary<number>,
  duration: fc.Arbitrary<number>,
): fc.Arbitrary<ScheduledFault> {
  const options: Record<string, fc.Arbitrary<Json>> = {}
  for (const [name, value] of Object.entries(form.options))
    options[name] = value === undefined ? duration : literal(value)
  const at = [
    ...(form.points.length > 0 ? [fc.constantFrom(...form.points)] : []),
    ...(form.later ? [fc.record({ after }, EXACT)] : []),
  ]
  const parts = {
    ...(agents.length > 1 && { agent: fc.constantFrom(...agents.map(({ id }) => id)) }),
    attempt: fc.integer({ min: 1, max: attempts }),
    fault: fc.constant(form.fault),
    ...(Object.keys(options).length > 0 && { options: fc.record(options, EXACT) }),
    at: fc.oneof(...at),
  }
  return fc.record(parts, EXACT)
}

/** Records with the prototype of every object, as what comes from JSON has it. */
const EXACT = { noNullPrototype: true } as const

/** One of many parts, as a constant is recognised by its identity, which no copy has. */
function literal(value: Json): fc.Arbitrary<Json> {
  if (Array.isArray(value)) return fc.tuple(...value.map(literal))
  if (typeof value !== 'object' || value === null) return fc.constant(value)
  const fields: Record<string, fc.Arbitrary<Json>> = {}
  for (const [name, inner] of Object.entries(value)) fields[name] = literal(inner)
  return fc.record(fields, EXACT)
}
