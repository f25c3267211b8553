import type { Trace } from '../play/trace.ts'
import type { Promises } from './promises.ts'
import { type Life, type Moment, State } from './state.ts'

/** What breaks an invariant. */
export interface Judgement {
  /** Asked at every moment, with the state that it has led to. */
  moment?(moment: Moment): string | undefined
  /** Asked when the play is over, unless it was so because of what nobody caught: then nothing that is missing tells anything. */
  end?(): string | undefined
}

/** Judges each agent by itself: what breaks the first one that is broken. */
export function judge(
  trace: Trace,
  promises: Promises,
  judgementOf: (state: State) => Judgement,
): string | undefined {
  const crashed = trace.events.at(-1)?.kind === 'crash'
  for (const agent of promises.agents ?? trace.agents) {
    const state = new State(agent, promises)
    const judgement = judgementOf(state)
    for (const event of trace.events) {
      for (const moment of state.add(event)) {
        const broken = judgement.moment?.(moment)
        if (broken !== undefined) return broken
      }
    }
    const broken = crashed ? undefined : judgement.end?.()
    if (broken !== undefined) return broken
  }
}

/** Whether the play has ended with nothing that could go on: no attempt of any agent is running, and no timer is set. */
export function nothingIsLeft(trace: Trace): boolean {
  return (
    (trace.rests.at(-1)?.timers ?? 0) === 0 && trace.records().every(({ exitedAt }) => exitedAt !== undefined)
  )
}

/** Whether an attempt that ends now may be one that has been up for so long. */
export function mayHaveLasted({ spawnedAt }: Life, now: number, ms: number): boolean {
  return now - spawnedAt >= ms
}

/** Whether it is one for sure. */
export function hasLasted({ readyAt }: Life, now: number, ms: number): boolean {
  return readyAt !== undefined && now - readyAt > ms
}
