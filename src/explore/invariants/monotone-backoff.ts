import { type Check, milliseconds } from '../../option-checks.ts'
import type { Invariant } from '../play/trace.ts'
import { judge, mayHaveLasted } from './judge.ts'
import { duration, makeInvariant, SUCCESS_CHECKS, type SuccessOptions } from './promises.ts'

/** What `invariant.monotoneBackoff` takes. */
export interface MonotoneBackoffOptions extends SuccessOptions {
  /** The longest delay that there may be, jitter included, in ms. Default: none is too long. */
  readonly maxDelay?: number
  /** How many times as long as the one before each delay is, until it is `maxDelay`. Default 1: it may stay the same. */
  readonly factor?: number
  /** By which share of itself a delay may be shorter or longer than planned, from 0 to 1. Default 0. */
  readonly jitter?: number
  /** Who has been up for so long, in ms, has the delays begin anew. Default: nobody. */
  readonly resetAfter?: number
}

/**
 * Monotone backoff until reset: the delay from each end of an agent to its next start is never shorter than the one before,
 * times `factor`, and never longer than `maxDelay`. Times of a timer are whole ms, so 1 ms less is none.
 *
 * With `jitter` a delay of o ms was planned as o / (1 + jitter) at least, and what is planned as d comes after d * (1 - jitter) at
 * the soonest: that is what is asked of the next one. Delays begin anew after a `stop`, a `start` that begins, an end by one of the
 * codes of `success`, the `reset` of a restart loop, and an attempt that ends `resetAfter` or more after its spawn. It is not asked
 * that they do. A delay in which the user calls a step is not judged.
 */
export function monotoneBackoff(options: MonotoneBackoffOptions = {}): Invariant {
  const kind = { factory: 'monotoneBackoff', name: 'monotone backoff until reset', checks: CHECKS }
  return makeInvariant(kind, options, (trace, promises) => {
    const { maxDelay = Infinity, factor = 1, jitter = 0, resetAfter = Infinity } = options
    return judge(trace, promises, (state) => {
      let planned = 0
      let previous = 0
      let ended: number | undefined
      return {
        moment(moment) {
          const { kind, time } = moment
          if (kind === 'call') ended = undefined
          if (kind === 'reset' || (kind === 'call' && (moment.begins !== 'no' || state.call !== 'start')))
            planned = 0
          if (kind === 'end') {
            if (moment.failure !== 'yes' || mayHaveLasted(moment.life, time, resetAfter)) planned = 0
            ended = moment.failure === 'yes' ? time : undefined
          }
          if (kind !== 'start' || ended === undefined) return undefined
          const delay = time - ended
          const name = state.nameOf(moment.life)
          ended = undefined
          if (delay > maxDelay)
            return `${name} was spawned at ${time} ms, after a delay of ${delay} ms, but ${maxDelay} ms is the longest.`
          const least = Math.min(planned * factor, maxDelay)
          if (delay < least * (1 - jitter) - 1)
            return (
              `${name} was spawned at ${time} ms, after a delay of ${delay} ms, but the one before was ${previous} ms` +
              (factor === 1 ? '.' : `, and this one must be ${least * (1 - jitter)} ms or more.`)
            )
          planned = Math.max(least, delay / (1 + jitter))
          previous = delay
          return undefined
        },
      }
    })
  })
}

const share: Check = (value) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? undefined : 'a share from 0 to 1'

const CHECKS = {
  ...SUCCESS_CHECKS,
  maxDelay: milliseconds,
  factor: (value: unknown) =>
    Number.isFinite(value) && Number(value) >= 1 ? undefined : 'a finite number, 1 or more',
  jitter: share,
  resetAfter: duration,
}
