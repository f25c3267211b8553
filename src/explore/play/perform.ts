import { failureReason } from '../../timeline/events.ts'
import type { TimelineEvent } from '../../timeline/events.ts'
import { faultOf, isFault, isStep, type Schedule, type ScheduledStep } from '../schedule.ts'
import type { Exploration } from '../exploration.ts'
import type { Crashes } from './crashes.ts'
import type { Stage } from './stage.ts'
import { type Rest, type Trace, type Violation, violationOf } from './trace.ts'
import { messageOf } from '../../errors.ts'

/** What became of one play. */
export interface Outcome {
  readonly trace: Trace
  readonly violation: Violation | undefined
  /** What was thrown, if that has ended it. */
  readonly thrown: unknown
}

/** What is broken when the scenario, and not what it is about, does not do what it should. */
export const SCENARIO_FAILS = 'the scenario does not fail'
export const CRASHES = 'nothing is thrown that nobody catches'
export const NEVER_RESTS = 'it comes to rest'

/**
 * Plays the scenario of an exploration by a schedule, until its time is over or it crashes. Leaves the stage as it is then: who
 * made it closes it.
 */
export async function perform(
  stage: Stage,
  { agents, within, steps, invariants, scenario }: Exploration,
  schedule: Schedule,
  crashes: Crashes,
): Promise<Outcome> {
  const play = new Play(stage)
  crashes.onCrash = (error) => play.crash(error)
  const first = agents[0]?.id
  for (const entry of schedule.filter(isFault)) {
    const { agent = first, attempt, at } = entry
    stage.faults.inject(faultOf(entry), {
      ...(agent !== undefined && { agent }),
      attempts: attempt,
      at,
      optional: true,
    })
  }
  const calls = byTime(schedule.filter(isStep))
  const late = calls.get(0) ?? []
  calls.delete(0)
  let subject: unknown
  let begun = false
  const call = ({ step }: ScheduledStep): void => play.call(step, () => steps[step]?.(subject))
  for (const [time, due] of calls) {
    stage.at(time, () => {
      if (begun) due.forEach(call)
      else late.push(...due)
    })
  }
  const begin = (value: unknown): void => {
    subject = value
    begun = true
    for (const one of late) call(one)
  }
  try {
    const value = scenario(stage.world)
    if (isPromiseLike(value)) value.then(begin, (error: unknown) => play.fail(error))
    else begin(value)
  } catch (error) {
    play.fail(error)
  }
  await play.until(within)
  crashes.onCrash = undefined
  // Where nothing goes wrong there is no reason for it.
  if (!begun && schedule.length === 0 && Object.keys(steps).length > 0) play.fail(neverBegun(within))
  const trace = play.trace(agents.map(({ id }) => id))
  return { trace, violation: play.violation ?? violationOf(trace, invariants), thrown: play.thrown }
}

function neverBegun(within: number): Error {
  return new Error(
    `its promise had not resolved after ${within} ms, though nothing went wrong, and steps are called when it has. Have it give the ` +
      'subject as soon as there is one.',
  )
}

/** One play, as it goes on. */
class Play {
  violation: Violation | undefined
  thrown: unknown
  readonly #stage: Stage
  readonly #rests: Rest[] = []
  #over = false
  #endedAt = 0

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** Moves time until it is over. */
  async until(end: number): Promise<void> {
    const stage = this.#stage
    for (;;) {
      try {
        await stage.settle()
      } catch (error) {
        this.#end(NEVER_RESTS, messageOf(error))
      }
      this.#rest()
      if (this.#over) return
      try {
        if (!(await stage.next(end))) break
      } catch (error) {
        this.crash(error)
      }
    }
    this.#endedAt = end
  }

  /** Calls a step, and tells what becomes of that. */
  call(step: string, act: () => unknown): void {
    if (this.#over) return
    const { timeline } = this.#stage.world
    timeline.record({ kind: 'step', step, outcome: 'called' })
    const fail = (error: unknown): void => {
      if (!this.#over)
        timeline.record({ kind: 'step', step, outcome: 'failed', reason: failureReason(error) })
    }
    let value: unknown
    try {
      value = act()
    } catch (error) {
      return fail(error)
    }
    const finish = (): void => {
      if (!this.#over) timeline.record({ kind: 'step', step, outcome: 'done' })
    }
    if (isPromiseLike(value)) value.then(finish, fail)
    else finish()
  }

  fail(error: unknown): void {
    if (this.#over) return
    this.thrown = error
    this.#end(SCENARIO_FAILS, textOf(error))
  }

  crash(error: unknown): void {
    if (this.#over) return
    this.#stage.world.timeline.record({ kind: 'crash', reason: failureReason(error) })
    this.thrown = error
    this.#end(CRASHES, textOf(error))
  }

  trace(agents: readonly string[]): Trace {
    const { timeline } = this.#stage.world
    const events: readonly TimelineEvent[] = timeline.events
    return {
      agents,
      timeline,
      events,
      records: (agent) => timeline.records(agent),
      rests: this.#rests,
      endedAt: this.#endedAt,
    }
  }

  #end(invariant: string, message: string): void {
    if (this.#over) return
    this.#over = true
    this.#endedAt = this.#stage.world.now()
    this.violation = { invariant, message }
  }

  #rest(): void {
    const { world, timersPending: timers } = this.#stage
    const [time, events] = [world.now(), world.timeline.length]
    const last = this.#rests.at(-1)
    if (last?.events === events && last.timers === timers) return
    if (last?.time === time) this.#rests.pop()
    this.#rests.push({ time, events, timers })
  }
}

/** More than a timeline keeps of it, and as little of this world: what the system says names files that no other run has. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return failureReason(error)
  const { name, message, code, syscall } = error as NodeJS.ErrnoException
  return syscall === undefined ? `${name}: ${message}` : `${name}: ${syscall.split(' ', 1).join()} ${code}`
}

function byTime(steps: readonly ScheduledStep[]): Map<number, ScheduledStep[]> {
  const times = new Map<number, ScheduledStep[]>()
  for (const step of steps) times.set(step.at, [...(times.get(step.at) ?? []), step])
  return times
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
