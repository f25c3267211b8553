import { type Point, resolveWhere } from '../../fault/where.ts'
import type { Fault } from '../../fault/fault.ts'
import type { Json } from '../../json.ts'
import type { Exploration, FaultChoice } from '../exploration.ts'
import type { ScheduledFault } from '../schedule.ts'
import { ROUND_TIMES, type TimeLimits, timeLimits } from './times.ts'

/** What a fault of an exploration looks like in its schedules. */
export interface FaultForm {
  /** What tells it from the others of an exploration. */
  readonly label: string
  readonly fault: string
  /** What it is told, in the order in which people read it. Undefined: a duration, which schedules choose. */
  readonly options: Readonly<Record<string, Json | undefined>>
  /** Which options are durations. */
  readonly durations: readonly string[]
  /** Where it can strike, from the simplest on. Besides: {@link FaultForm.later}. */
  readonly points: readonly ('ready' | 'start' | 'spawn')[]
  /** Whether it can strike any time after ready. */
  readonly later: boolean
}

/**
 * The forms of all faults of an exploration, those of which it has two once. The simplest come first: `exit(1)`, then those
 * that take no time, as the exploration lists them.
 */
export function faultForms(exploration: Pick<Exploration, 'faults' | 'within'>): FaultForm[] {
  const limits = timeLimits(exploration)
  const forms = new Map<string, FaultForm>()
  for (const choice of exploration.faults)
    for (const form of formsOf(choice, limits)) if (!forms.has(form.label)) forms.set(form.label, form)
  const rank = (form: FaultForm): number => (isSimplest(form) ? 0 : form.durations.length + 1)
  return [...forms.values()].sort((a, b) => rank(a) - rank(b))
}

/** Which of the forms an entry has; -1 for one of another exploration. */
export function formIndex(forms: readonly FaultForm[], { fault, options = {} }: ScheduledFault): number {
  const given = JSON.stringify(Object.keys(options))
  return forms.findIndex(
    (form) =>
      form.fault === fault &&
      JSON.stringify(Object.keys(form.options)) === given &&
      Object.entries(form.options).every(
        ([name, value]) => value === undefined || JSON.stringify(value) === JSON.stringify(options[name]),
      ),
  )
}

/** An entry of a form. Its durations are long enough to be noticed: they can be shortened. */
export function madeOf(
  { fault, options }: FaultForm,
  { agent, attempt }: Pick<ScheduledFault, 'agent' | 'attempt'>,
  at: Point,
): ScheduledFault {
  const all = Object.entries(options).map(
    ([name, value]) => [name, value === undefined ? NOTICEABLE : value] as const,
  )
  const told = all.length > 0 && { options: Object.fromEntries(all) }
  return { ...(agent !== undefined && { agent }), attempt, fault, ...told, at }
}

const NOTICEABLE = 10_000

/** Whether a fault can strike there. */
function canStrike(fault: Fault, at: Point): boolean {
  try {
    resolveWhere(fault, { at })
    return true
  } catch {
    return false
  }
}

/** A function of a time is the form of one fault if its time is an option of it as it is, or else of some. */
function formsOf(choice: FaultChoice, { duration }: TimeLimits): FaultForm[] {
  if (typeof choice !== 'function') return [formOf(choice)]
  const samples = [0, 1000, 7, ...ROUND_TIMES.filter((time) => time <= duration)].flatMap((ms) => {
    try {
      return [{ ms, fault: choice(ms) }]
    } catch {
      // It is none of that time, such as 0.
      return []
    }
  })
  const [first] = samples
  if (!first) return []
  const durations = Object.keys(first.fault.options).filter((name) =>
    samples.every(({ ms, fault }) => fault.options[name] === ms),
  )
  const forms = new Map(
    samples.map(({ fault }) => formOf(fault, durations)).map((form) => [form.label, form]),
  )
  if (forms.size === 1 && durations.length > 0 && first.ms === 0) return [...forms.values()]
  return samples.map(({ fault }) => formOf(fault))
}

function formOf(fault: Fault, durations: readonly string[] = []): FaultForm {
  const options = Object.fromEntries(
    Object.entries(fault.options).map(([name, value]) => [
      name,
      durations.includes(name) ? undefined : value,
    ]),
  )
  return {
    label: JSON.stringify([fault.name, Object.entries(options), fault.at]),
    fault: fault.name,
    options,
    durations,
    points: (['ready', 'start', 'spawn'] as const).filter((at) => canStrike(fault, at)),
    later: canStrike(fault, { after: 0 }),
  }
}

function isSimplest({ fault, options }: FaultForm): boolean {
  return fault === 'exit' && (options['code'] ?? 1) === 1
}
