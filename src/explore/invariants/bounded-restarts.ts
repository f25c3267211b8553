import { invalidOption, wholeNumber } from '../../option-checks.ts'
import type { Invariant } from '../play/trace.ts'
import { hasLasted, judge, mayHaveLasted } from './judge.ts'
import { duration, makeInvariant, SUCCESS_CHECKS, type SuccessOptions } from './promises.ts'

/** What `invariant.boundedRestarts` takes. */
export interface BoundedRestartsOptions extends SuccessOptions {
  /** How many failures are made good: after one more it is given up. */
  readonly maxRestarts: number
  /** How long a failure counts, in ms. Default: for ever. */
  readonly window?: number
  /** Who has been up for so long, in ms, has the failures before it forgotten. Default: nobody. */
  readonly resetAfter?: number
}

/**
 * Bounded restarts: an agent is not started after more than `maxRestarts` failures, and is not given up after fewer. A failure is
 * an end, or a start that could not be, unless the user had called `stop` before.
 *
 * A failure that is `window` old or older does not count; when an attempt ends that has been up for `resetAfter`, none before that
 * end does, nor when a restart loop says that it has reset its count, then; and none from before a `start` that begins. Some things
 * are open, and a supervisor may take them as it likes: whether an end by one of the codes of `success` is a failure; whether the
 * time of `resetAfter` is from the spawn or from being ready; and which came first of what happens in the very ms in which a time
 * is over. Nothing is asked while a step has been called last that may do anything.
 */
export function boundedRestarts(options: BoundedRestartsOptions): Invariant {
  const kind = { factory: 'boundedRestarts', name: 'bounded restarts', checks: CHECKS }
  const invariant = makeInvariant(kind, options, (trace, promises) => {
    const { maxRestarts, window = Infinity, resetAfter = Infinity } = options
    return judge(trace, promises, (state) => {
      /** Those that count for sure, and those that may. */
      let [sure, possible]: [number[], number[]] = [[], []]
      return {
        moment(moment) {
          const { kind, time } = moment
          if (kind === 'call' && (moment.begins !== 'no' || state.call !== 'start')) {
            sure = []
            if (moment.begins !== 'open') possible = []
          }
          if (kind === 'reset') {
            sure = []
            possible = possible.filter((failure) => failure === time)
          }
          if (kind === 'end' && moment.failure !== 'no') {
            if (mayHaveLasted(moment.life, time, resetAfter)) sure = []
            if (hasLasted(moment.life, time, resetAfter)) possible = []
            sure = sure.filter((failure) => time - failure < window)
            if (moment.failure === 'yes') sure.push(time)
            possible = [...possible.filter((failure) => time - failure <= window), time]
          }
          if (state.call !== 'start') return undefined
          if (kind === 'start' && sure.length > maxRestarts)
            return `${state.nameOf(moment.life)} was spawned at ${time} ms, after ${failures(sure)}; ${maxRestarts} may be made good.`
          if (kind === 'gave-up' && possible.length <= maxRestarts)
            return `${state.agent} was given up at ${time} ms, after ${failures(possible)}, of which ${maxRestarts} are to be made good.`
          return undefined
        },
      }
    })
  })
  if (options.maxRestarts === undefined)
    throw invalidOption('invariant.boundedRestarts', 'maxRestarts', undefined, 'a whole number, 0 or more')
  return invariant
}

function failures(times: readonly number[]): string {
  return times.length === 1 ? '1 failure' : `${times.length} failures`
}

const CHECKS = { ...SUCCESS_CHECKS, maxRestarts: wholeNumber(), window: duration, resetAfter: duration }
