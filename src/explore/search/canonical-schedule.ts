import type { Exploration } from '../exploration.ts'
import { isFault, isStep, type Schedule, type ScheduledFault } from '../schedule.ts'

/**
 * The same play in the one way in which readers expect it: faults by agent and attempt, then steps by time. What is about one
 * attempt, or at one time, stays in its order. Agents are named where there are several. Fields are in one order, too.
 */
export function canonical({ agents }: Pick<Exploration, 'agents'>, schedule: Schedule): Schedule {
  const ids = agents.map(({ id }) => id)
  const [first = ''] = ids
  const rank = ({ agent = first }: ScheduledFault): number => ids.indexOf(agent)
  const faults = schedule.filter(isFault).sort((a, b) => rank(a) - rank(b) || a.attempt - b.attempt)
  const steps = schedule.filter(isStep).sort((a, b) => a.at - b.at)
  return [
    ...faults.map(({ agent = first, attempt, fault, options, at }) => ({
      ...(ids.length > 1 && { agent }),
      attempt,
      fault,
      ...(options && { options }),
      at,
    })),
    ...steps.map(({ step, at }) => ({ step, at })),
  ]
}
