import { type BackoffContext, type BackoffStrategy, ListBackoff, systemRandom } from '../backoff.ts'
import { lifetime, type RestartRecord } from '../history.ts'
import { interval, quickFailuresInARow } from './windows.ts'

/** A delay that begins anew once the program has lived for `ms`; what is counted against a limit goes on. (Docker, pm2) */
export function anewAfter(ms: number, backoff: BackoffStrategy): BackoffStrategy {
  return {
    next(attempt, context) {
      const failures = context?.failures ?? []
      const last = failures.findLastIndex((one) => lifetime(one) >= ms)
      return backoff.next(last < 0 ? attempt : failures.length - 1 - last, context)
    },
  }
}

/** `delay`, unless the program lived for `ms`: then none. (runit) */
export function unlessLived(ms: number, delay: number): BackoffStrategy {
  return { next: (_attempt, context) => (latest(context, lifetime) >= ms ? 0 : delay) }
}

/** `delay`, unless the program was ready for more than `ms`: then none. (s6) */
export function unlessReady(ms: number, delay: number): BackoffStrategy {
  return { next: (_attempt, context) => (context && context.uptime > ms ? 0 : delay) }
}

/** What is missing until starts are `ms` apart. (launchd) */
export function startsApart(ms: number): BackoffStrategy {
  return { next: (_attempt, context) => Math.max(0, ms - latest(context, lifetime)) }
}

/** `step` more after each failure that came within `ms`; none after one that lived as long. (supervisord) */
export function stepPerQuickFailure(ms: number, step: number): BackoffStrategy {
  const inARow = quickFailuresInARow(ms)
  return { next: (attempt, context) => step * (context?.failures ? inARow(context.failures) : attempt + 1) }
}

/** Each delay is the one before times `multiplier`, in whole ms as they are waited for, up to `max`. (pm2) */
export function flooredGrowth(initial: number, multiplier: number, max: number): BackoffStrategy {
  const delays = [initial]
  for (let delay = initial; delay < max; delays.push(delay)) {
    delay = Math.floor(Math.min(max, delay * multiplier))
  }
  return new ListBackoff(delays)
}

/** `steps` delays that grow by the same factor, from `first`, and then `max`. (systemd, RestartSteps=) */
export function geometricSteps(first: number, max: number, steps: number): BackoffStrategy {
  const growing = Array.from({ length: steps }, (_, step) => first * (max / first) ** (step / steps))
  return new ListBackoff([...growing, max])
}

/** A delay of `ms` and up to `share` of it more. (Nomad) */
export function prolonged(ms: number, share: number): BackoffStrategy {
  return { next: (_attempt, context) => prolong(ms, share, context) }
}

/** As `backoff` says, but after more than `allowed` failures in an interval of `ms` at its end. (Nomad, mode delay) */
export function atEndOfInterval(ms: number, allowed: number, backoff: BackoffStrategy): BackoffStrategy {
  return {
    next(attempt, context) {
      const failures = context?.failures ?? []
      const { count, end } = interval(failures, ms)
      const wait = count > allowed ? end - (failures.at(-1)?.endedAt ?? end) : 0
      return wait > 0 ? wait : backoff.next(attempt, context)
    },
  }
}

export interface DecayOptions {
  /** More failures than this, and it pauses. */
  readonly threshold: number
  /** In so many ms half of the failures are forgotten. */
  readonly halfLife: number
  /** Of so many ms, and up to `share` more. */
  readonly pause: number
  readonly share: number
}

/** None, but a pause after too many failures, which are slowly forgotten, and at once by a pause. (suture) */
export function pauseWhenMany({ threshold, halfLife, pause, share }: DecayOptions): BackoffStrategy {
  return {
    next(attempt, context) {
      const failures = context?.failures
      if (!failures) return (attempt + 1) % (threshold + 1) === 0 ? prolong(pause, share, context) : 0
      let weight = 0
      let before: RestartRecord | undefined
      for (const one of failures) {
        const passed = one.endedAt - (before?.endedAt ?? one.endedAt)
        weight = (weight > threshold ? 0 : weight * 0.5 ** (passed / halfLife)) + 1
        before = one
      }
      return weight > threshold ? prolong(pause, share, context) : 0
    },
  }
}

function prolong(ms: number, share: number, context: BackoffContext | undefined): number {
  return Math.floor(ms * (1 + share * (context?.random ?? systemRandom)()))
}

/** Of the failure that asks; 0 if nothing is known of it. */
function latest(context: BackoffContext | undefined, of: (record: RestartRecord) => number): number {
  const record = context?.failures?.at(-1)
  return record ? of(record) : 0
}
