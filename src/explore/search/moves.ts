import { earlierAttempts } from './attempts.ts'
import { isFault, isStep, type Schedule, type ScheduledFault, type ScheduleEntry } from '../schedule.ts'
import { madeOf } from './fault-forms.ts'
import type { Simplicity } from './simplicity.ts'
import { simplerTimes } from './times.ts'

/** Schedules with as many entries that may be simpler, the likeliest first. */
export function* simplerEntries(schedule: Schedule, simplicity: Simplicity): Generator<Schedule> {
  yield* earlierAgents(schedule, simplicity)
  yield* earlierAttempts(schedule)
  for (const [index, entry] of schedule.entries())
    if (isFault(entry))
      for (const simpler of simplerFaults(entry, simplicity)) yield schedule.with(index, simpler)
  yield* earlierSteps(schedule)
  for (const [index, entry] of schedule.entries())
    for (const simpler of shorter(entry, simplicity)) yield schedule.with(index, simpler)
}

/** All faults strike one agent, or one fault strikes an earlier one. */
function* earlierAgents(schedule: Schedule, simplicity: Simplicity): Generator<Schedule> {
  for (const [index, entry] of schedule.entries()) {
    if (!isFault(entry)) continue
    for (const agent of simplicity.agentsBefore(entry)) {
      yield schedule.map((one) => (isFault(one) ? { ...one, agent } : one))
      yield schedule.map((one) => (isFault(one) && one.agent === entry.agent ? { ...one, agent } : one))
      yield schedule.with(index, { ...entry, agent })
    }
  }
}

/** A simpler fault where this one strikes, or where it strikes by itself; the same at a simpler point, or at an earlier attempt. */
function* simplerFaults(entry: ScheduledFault, simplicity: Simplicity): Generator<ScheduledFault> {
  const own = simplicity.formOf(entry)
  for (const form of simplicity.forms) {
    const at = [...form.points, ...(form.later && typeof entry.at === 'object' ? [entry.at] : [])]
    for (const point of at) if (form !== own) yield madeOf(form, entry, point)
    if (form === own) break
  }
  for (const at of own?.points ?? []) if (at !== entry.at) yield { ...entry, at }
  for (let attempt = 1; attempt < entry.attempt; attempt += 1) yield { ...entry, attempt }
}

/** All steps of one time, or all from there on, come earlier, by as much. */
function* earlierSteps(schedule: Schedule): Generator<Schedule> {
  const times = [...new Set(schedule.filter(isStep).map(({ at }) => at))]
  for (const [index, time] of times.entries()) {
    for (const earlier of [times[index - 1], ...simplerTimes(time)]) {
      if (earlier === undefined) continue
      yield moved(schedule, ({ at }) => (at === time ? earlier : at))
      yield moved(schedule, ({ at }) => (at >= time ? at - time + earlier : at))
    }
  }
}

function moved(schedule: Schedule, timeOf: (entry: { readonly at: number }) => number): Schedule {
  return schedule.map((entry) => (isStep(entry) ? { ...entry, at: timeOf(entry) } : entry))
}

/** The same at a simpler time, or for a simpler one. */
function* shorter(entry: ScheduleEntry, simplicity: Simplicity): Generator<ScheduleEntry> {
  if (isStep(entry)) {
    for (const at of simplerTimes(entry.at)) yield { ...entry, at }
    return
  }
  for (const name of simplicity.formOf(entry)?.durations ?? [])
    for (const ms of simplerTimes(Number(entry.options?.[name])))
      yield { ...entry, options: { ...entry.options, [name]: ms } }
  if (typeof entry.at === 'object' && 'after' in entry.at)
    for (const after of simplerTimes(entry.at.after)) yield { ...entry, at: { after } }
}
