import { wholeNumber } from '../../option-checks.ts'
import type { Invariant, Trace } from '../play/trace.ts'
import { judge } from './judge.ts'
import { duration, makeInvariant, type Promises, STEP_CHECKS, type StepOptions } from './promises.ts'
import { State } from './state.ts'

/** What `invariant.noLeaks` takes. */
export interface NoLeaksOptions extends StepOptions {
  /** How many timers the scenario has set all the time, for something else. Default 0. */
  readonly timers?: number
  /** How long after the end of `stop`, or after it was given up, a process may still be ending, in ms. Default 10,000. */
  readonly within?: number
}

/**
 * No leaked process or timer: when all agents are over, no timer is set, in that very ms; and who has been over for `within` when
 * the play ends has no attempt that is running. An agent is over when `stop` was called last and has resolved, and when it was given
 * up. Steps and their promises are as in `stopIsFinal`.
 *
 * Processes are the attempts of the agents: what those leave behind themselves is not the supervisor's.
 */
export function noLeaks(options: NoLeaksOptions = {}): Invariant {
  const kind = { factory: 'noLeaks', name: 'no leaked process or timer', checks: CHECKS }
  return makeInvariant(kind, options, (trace, promises) => {
    const { timers = 0, within = 10_000 } = options
    return leakedTimer(trace, promises, timers) ?? leakedProcess(trace, promises, within)
  })
}

function leakedTimer(trace: Trace, promises: Promises, allowed: number): string | undefined {
  const states = trace.agents.map((agent) => new State(agent, promises))
  let seen = 0
  for (const { time, events, timers } of trace.rests) {
    for (const event of trace.events.slice(seen, events)) {
      for (const state of states) Array.from(state.add(event))
    }
    seen = events
    if (timers <= allowed || !states.every(({ isOver }) => isOver)) continue
    const why = states[0]?.call === 'stop' ? `\`${promises.stop}\` had resolved` : 'it had been given up'
    return `At ${time} ms, when ${why}, ${timers === 1 ? '1 timer was' : `${timers} timers were`} set.`
  }
}

function leakedProcess(trace: Trace, promises: Promises, within: number): string | undefined {
  return judge(trace, promises, (state) => {
    let since = 0
    let last = 0
    return {
      moment({ kind, time }) {
        if (kind !== 'stopped' && kind !== 'gave-up') return undefined
        since = time
        last = state.attempts
        return undefined
      },
      end() {
        const [left] = state.isOver ? state.left(last) : []
        return left && trace.endedAt - since >= within
          ? `${state.nameOf(left)} was running at ${trace.endedAt} ms, when the play ended; it was over for its supervisor since ${since} ms.`
          : undefined
      },
    }
  })
}

const CHECKS = { ...STEP_CHECKS, timers: wholeNumber(), within: duration }
