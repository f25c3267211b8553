import type { Invariant } from '../play/trace.ts'
import { judge } from './judge.ts'
import { AGENT_CHECKS, type AgentOptions, makeInvariant } from './promises.ts'

/**
 * No overlap: no attempt of an agent is spawned while another one of it is running, which is from its spawn until its exit is
 * told. What could not be spawned never ran.
 */
export function noOverlap(options: AgentOptions = {}): Invariant {
  const kind = { factory: 'noOverlap', name: 'no overlap', checks: AGENT_CHECKS }
  return makeInvariant(kind, options, (trace, promises) =>
    judge(trace, promises, (state) => ({
      moment(moment) {
        if (moment.kind !== 'start' || !state.alive.has(moment.life.attempt)) return undefined
        const [other] = state.alive.values()
        if (!other || other === moment.life) return undefined
        return `${state.nameOf(moment.life)} was spawned at ${moment.time} ms, while ${state.nameOf(other)} was running.`
      },
    })),
  )
}
