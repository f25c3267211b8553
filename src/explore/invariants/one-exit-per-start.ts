import type { Invariant } from '../play/trace.ts'
import { judge } from './judge.ts'
import { makeInvariant, STEP_CHECKS, type StepOptions } from './promises.ts'
import type { Life } from './state.ts'

/** What a supervisor ends programs by. */
const ENDING: ReadonlySet<string> = new Set(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT', 'SIGABRT'])

/**
 * Every start gets exactly one exit: an end of an attempt is followed by one start of the agent at most, and nobody is ended by
 * what was meant for another.
 *
 * For a start there has to be a reason that is not used up: the scenario, which is the first start; a call of `start` that finds
 * it stopped or given up; or an end that the user has not asked for. `stop` takes all of these back. An attempt that is ready, that
 * no fault has struck, and that was there for no call of `stop` is well, and may not be sent SIGTERM, SIGKILL, SIGINT, SIGQUIT or
 * SIGABRT while it is not to be stopped. A step of another name is a reason for one more start of each agent, and for any signal
 * to those that are running.
 */
export function oneExitPerStart(options: StepOptions = {}): Invariant {
  const kind = {
    factory: 'oneExitPerStart',
    name: 'every start gets exactly one exit',
    checks: STEP_CHECKS,
  }
  return makeInvariant(kind, options, (trace, promises) =>
    judge(trace, promises, (state) => {
      let reasons = 1
      const isWell = ({ readyAt, struck, dismissed }: Life): boolean =>
        readyAt !== undefined && !struck && !dismissed && state.call !== 'stop' && state.stops.length === 0
      return {
        moment(moment) {
          const { kind, time } = moment
          if (kind === 'call') {
            if (state.call === 'stop') reasons = 0
            else if (moment.begins !== 'no' || state.call === 'other') reasons += 1
          }
          if (kind === 'end' && !moment.life.dismissed) reasons += 1
          if (kind === 'start') {
            if (reasons === 0)
              return `${state.nameOf(moment.life)} was spawned at ${time} ms, and nothing had ended for it.`
            reasons -= 1
          }
          if (kind === 'signal' && ENDING.has(moment.signal) && isWell(moment.life))
            return `${state.nameOf(moment.life)} was sent ${moment.signal} at ${time} ms, and was well.`
          return undefined
        },
      }
    }),
  )
}
