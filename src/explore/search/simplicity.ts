import type { Exploration } from '../exploration.ts'
import { type FaultForm, faultForms, formIndex } from './fault-forms.ts'
import { isFault, isStep, type Schedule, type ScheduledFault } from '../schedule.ts'
import { roughness } from './times.ts'

/** Which of two schedules of an exploration is easier to read. */
export class Simplicity {
  /** The simplest first. */
  readonly forms: readonly FaultForm[]
  readonly #ids: readonly string[]
  readonly #steps: readonly string[]

  constructor(exploration: Exploration) {
    this.forms = faultForms(exploration)
    this.#ids = exploration.agents.map(({ id }) => id)
    this.#steps = Object.keys(exploration.steps)
  }

  /** Whether one is simpler than the other, and not as simple. */
  isSimpler(one: Schedule, other: Schedule): boolean {
    const [a, b] = [this.#costs(one), this.#costs(other)]
    const differs = a.findIndex((cost, index) => cost !== b[index])
    return differs !== -1 && (a[differs] ?? 0) < (b[differs] ?? 0)
  }

  formOf(entry: ScheduledFault): FaultForm | undefined {
    return this.forms[formIndex(this.forms, entry)]
  }

  /** The agents that come before that of an entry. */
  agentsBefore({ agent }: Pick<ScheduledFault, 'agent'>): readonly string[] {
    return agent === undefined ? [] : this.#ids.slice(0, Math.max(0, this.#ids.indexOf(agent)))
  }

  /** The first ones count most. */
  #costs(schedule: Schedule): number[] {
    const faults = schedule.filter(isFault)
    const steps = schedule.filter(isStep)
    const times = this.#times(schedule)
    return [
      schedule.length,
      sum(faults.map((entry) => formIndex(this.forms, entry))),
      sum(steps.map(({ step }) => this.#steps.indexOf(step))),
      sum(faults.map(({ at }) => (typeof at === 'string' ? POINTS.indexOf(at) : POINTS.length))),
      sum(faults.map((entry) => this.agentsBefore(entry).length)),
      sum(faults.map(({ attempt }) => attempt)),
      sum(times.map(roughness)),
      sum(times),
    ]
  }

  #times(schedule: Schedule): number[] {
    return schedule.flatMap((entry) => {
      if (isStep(entry)) return [entry.at]
      const durations = this.formOf(entry)?.durations.map((name) => Number(entry.options?.[name])) ?? []
      return typeof entry.at === 'object' && 'after' in entry.at ? [...durations, entry.at.after] : durations
    })
  }
}

const POINTS = ['ready', 'start', 'spawn']

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
