import type { Invariant } from '../play/trace.ts'
import { judge, nothingIsLeft } from './judge.ts'
import { duration, makeInvariant, STEP_CHECKS, type StepOptions } from './promises.ts'

/** What `invariant.stopIsFinal` takes. */
export interface StopIsFinalOptions extends StepOptions {
  /** How long a stop may take, in ms. Default 30,000. */
  readonly within?: number
}

/**
 * Stop is final: from each call of `stop` to the next call of `start` no attempt is spawned; `stop` resolves; and if it was not
 * started again by then, no attempt is running that was when it was called.
 *
 * A stop that fails breaks it, and one that takes longer than `within`. One that is under way when the play ends does so if it was
 * called that long before, or if there is nothing that it could wait for: no attempt is running, and no timer is set. A step that
 * gives no promise is done when it returns: where `stop` gives none, let the step give one of the event that tells of the end.
 * A start that the system refuses in the very ms of the call may have been asked for before it, and is none.
 * From a step of another name on starts are allowed, since it may start. An exploration needs the step.
 */
export function stopIsFinal(options: StopIsFinalOptions = {}): Invariant {
  const kind = { factory: 'stopIsFinal', name: 'stop is final', checks: CHECKS, needsStop: true }
  return makeInvariant(kind, options, (trace, promises) => {
    const { within = 30_000 } = options
    const name = `\`${promises.stop}\``
    const tooLong = (called: number): string =>
      `${name}, called at ${called} ms, had not resolved after ${within} ms, which is how long it may take.`
    return judge(trace, promises, (state) => {
      let called = 0
      return {
        moment(moment) {
          const { kind, time } = moment
          if (kind === 'call' && state.call === 'stop') called = time
          if (kind === 'start' && state.call === 'stop')
            return `${state.nameOf(moment.life)} was spawned at ${time} ms, after ${name} was called at ${called} ms.`
          if (kind !== 'stopped') return undefined
          const { stop, reason } = moment
          if (reason !== undefined)
            return `${name}, called at ${stop.time} ms, failed at ${time} ms: ${reason}`
          if (time - stop.time > within) return tooLong(stop.time)
          const [left] = state.call === 'stop' ? state.left(stop.attempt) : []
          return left && `${name} resolved at ${time} ms, while ${state.nameOf(left)} was running.`
        },
        end() {
          const [stop] = state.stops
          if (!stop) return undefined
          if (nothingIsLeft(trace))
            return `${name}, called at ${stop.time} ms, never resolves: nothing is running, and no timer is set.`
          return trace.endedAt - stop.time > within ? tooLong(stop.time) : undefined
        },
      }
    })
  })
}

const CHECKS = { ...STEP_CHECKS, within: duration }
