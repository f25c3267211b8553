import { isFault, type Schedule } from '../schedule.ts'

/** The attempts of an agent that are struck are its first ones, or come one earlier from one of them on. */
export function* earlierAttempts(schedule: Schedule): Generator<Schedule> {
  const faults = schedule.filter(isFault)
  for (const agent of new Set(faults.map(({ agent }) => agent))) {
    const struck = faults.filter((entry) => entry.agent === agent).map(({ attempt }) => attempt)
    const attempts = [...new Set(struck)].sort((a, b) => a - b)
    const counted = (attemptOf: (attempt: number) => number): Schedule =>
      schedule.map((entry) =>
        isFault(entry) && entry.agent === agent ? { ...entry, attempt: attemptOf(entry.attempt) } : entry,
      )
    yield counted((attempt) => attempts.indexOf(attempt) + 1)
    for (const from of attempts)
      if (from > 1) yield counted((attempt) => (attempt >= from ? attempt - 1 : attempt))
  }
}
