import { earlierAttempts } from './attempts.ts'
import { isFault, isStep, type Schedule, type ScheduledFault, type ScheduleEntry } from '../schedule.ts'
import type { Moments } from './moments.ts'
import type { Simplicity } from './simplicity.ts'

/** Schedules with fewer entries, the likeliest first: large parts are left out, then single entries, then pairs. */
export function* fewerEntries(
  schedule: Schedule,
  moments: Moments,
  simplicity: Simplicity,
): Generator<Schedule> {
  yield* parts(schedule)
  for (const dropped of schedule.keys()) {
    const rest = schedule.toSpliced(dropped, 1)
    yield* withEarlierAttempts(rest)
    yield* givenTime(schedule, dropped, rest, moments)
    yield* withoutItsTime(schedule[dropped], rest, simplicity)
    yield* mergedAgents(rest, simplicity)
  }
  yield* pairs(schedule)
}

/** Contiguous parts left out, from the first half on. */
function* parts(schedule: Schedule): Generator<Schedule> {
  for (let size = Math.ceil(schedule.length / 2); size > 1; size = Math.ceil(size / 2)) {
    for (let from = 0; from < schedule.length; from += size) yield schedule.toSpliced(from, size)
    if (size === 2) return
  }
}

/** What is left out may have been what took an attempt. */
function* withEarlierAttempts(rest: Schedule): Generator<Schedule> {
  yield rest
  yield* earlierAttempts(rest)
}

function* pairs(schedule: Schedule): Generator<Schedule> {
  for (const second of schedule.keys())
    for (let first = 0; first < second; first += 1)
      yield* withEarlierAttempts(schedule.filter((_, index) => index !== first && index !== second))
}

/** Another entry comes when that one would have come. */
function* givenTime(
  schedule: Schedule,
  dropped: number,
  rest: Schedule,
  moments: Moments,
): Generator<Schedule> {
  const gone = schedule[dropped]
  const time = gone && timeOf(gone, moments)
  if (time === undefined) return
  for (const [index, entry] of rest.entries()) {
    const moved = movedTo(entry, time, moments)
    if (moved) yield rest.with(index, moved)
  }
}

/** What took its time is left out, and so is its time: steps come so much earlier. */
function* withoutItsTime(
  gone: ScheduleEntry | undefined,
  rest: Schedule,
  simplicity: Simplicity,
): Generator<Schedule> {
  if (!gone || !isFault(gone)) return
  for (const name of simplicity.formOf(gone)?.durations ?? []) {
    const ms = Number(gone.options?.[name])
    yield rest.map((entry) => (isStep(entry) && entry.at >= ms ? { ...entry, at: entry.at - ms } : entry))
  }
}

/** The others strike the first agent that any of them strikes, or one of them does. */
function* mergedAgents(rest: Schedule, simplicity: Simplicity): Generator<Schedule> {
  const faults = rest.filter(isFault)
  const rank = (entry: ScheduledFault): number => simplicity.agentsBefore(entry).length
  const [first] = faults.toSorted((a, b) => rank(a) - rank(b))
  const agent = first?.agent
  if (agent === undefined || faults.every((entry) => entry.agent === agent)) return
  yield rest.map((entry) => (isFault(entry) ? { ...entry, agent } : entry))
  for (const [index, entry] of rest.entries())
    if (isFault(entry) && entry.agent !== agent) yield rest.with(index, { ...entry, agent })
}

/** When an entry struck, or would have; undefined if its attempt never was ready. */
export function timeOf(entry: ScheduleEntry, moments: Moments): number | undefined {
  if (isStep(entry)) return entry.at
  const ready = moments.readyAt(entry)
  if (ready === undefined || entry.at === 'spawn' || entry.at === 'start') return undefined
  return typeof entry.at === 'object' && 'after' in entry.at ? ready + entry.at.after : ready
}

/** The same entry at another time; undefined if it cannot be moved there. */
function movedTo(entry: ScheduleEntry, time: number, moments: Moments): ScheduleEntry | undefined {
  if (isStep(entry)) return { ...entry, at: time }
  const ready = moments.readyAt(entry)
  if (ready === undefined || ready > time || typeof entry.at === 'string') return undefined
  return { ...entry, at: { after: time - ready } }
}
