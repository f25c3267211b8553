import type { Invariant } from '../play/trace.ts'
import { judge, nothingIsLeft } from './judge.ts'
import { makeInvariant, SUCCESS_CHECKS, type SuccessOptions } from './promises.ts'

/**
 * Give-up is reported: who does not start an agent again, though nobody has stopped it, says so by `gaveUp` of the scenario's
 * world; once; and means it: until the next call of `start` it is not started. A restart loop of that world says it by itself.
 *
 * An agent has come to its end without that if, when the play is over, it was spawned before, nothing is running and no timer is
 * set, no `stop` is under way, the last call was not `stop`, and its last exit has none of the codes of `success`. Nothing is
 * asked while a step of another name has been called last.
 */
export function giveUpIsReported(options: SuccessOptions = {}): Invariant {
  const kind = { factory: 'giveUpIsReported', name: 'give-up is reported', checks: SUCCESS_CHECKS }
  return makeInvariant(kind, options, (trace, promises) =>
    judge(trace, promises, (state) => {
      let reportedAt: number | undefined
      let endedAt = 0
      return {
        moment(moment) {
          const { kind, time } = moment
          if (kind === 'end') endedAt = time
          if (kind === 'call') reportedAt = state.call === 'stop' ? reportedAt : undefined
          if (kind === 'start' && reportedAt !== undefined)
            return `${state.nameOf(moment.life)} was spawned at ${time} ms, after it was given up at ${reportedAt} ms.`
          if (kind !== 'gave-up') return undefined
          if (reportedAt !== undefined)
            return `${state.agent} was given up at ${reportedAt} ms, and once more at ${time} ms.`
          reportedAt = time
          return undefined
        },
        end() {
          const wanted = state.call === 'start' && state.stops.length === 0 && state.attempts > 0
          if (!wanted || state.gaveUp || state.succeeded || !nothingIsLeft(trace)) return undefined
          return (
            `${state.agent} ended at ${endedAt} ms and will not be started again, and nobody was told: ` +
            'no `gaveUp` was called, nothing is running, and no timer is set.'
          )
        },
      }
    }),
  )
}
