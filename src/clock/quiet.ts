import { performance, type PerformanceNodeTiming } from 'node:perf_hooks'

import { realNow, realTurn } from '../real-time.ts'

/** Its types are older than what it has. */
const nodeTiming = performance.nodeTiming as PerformanceNodeTiming & {
  readonly uvMetricsInfo: { readonly events: number }
}

/** How many turns of the event loop must bring nothing. */
const TURNS = 3

/**
 * Work of this process that ends by itself, as `process.getActiveResourcesInfo()` names it. Writes are left out: one
 * that is not done at once waits for its reader, who may never come.
 */
const AT_WORK = /Req|Job|ConnectWrap|SendWrap|Immediate|Zlib|Compression/i

/** What this process itself still has to do at this moment. */
export function workInFlight(): string[] {
  return process.getActiveResourcesInfo().filter(endsByItself)
}

/** Whether this is the name of such work. */
export function endsByItself(name: string): boolean {
  return AT_WORK.test(name)
}

/** Whether this Node tells how many events its loop has heard: 20.18 is the first that does, and 22.8 of those after it. */
export function tellsEvents(): boolean {
  return (nodeTiming as Partial<typeof nodeTiming>).uvMetricsInfo !== undefined
}

/** How many events the loop has heard: also those nobody here made known. */
function eventsHeard(): number {
  return nodeTiming.uvMetricsInfo.events
}

/**
 * Lets everything that has been set off here come to its end: resolves to true after some turns of the event loop in
 * which `disturbed` stayed false, nothing was heard and nothing was in flight; to false as soon as it is disturbed, or
 * `limit` ms of real time are over.
 *
 * @param atWork asked before the last of these turns, which brings what came of it
 */
export async function comesToRest(
  disturbed: () => boolean,
  limit: number,
  { turns = TURNS, atWork = () => false }: { turns?: number; atWork?: () => boolean } = {},
): Promise<boolean> {
  const deadline = realNow() + limit
  for (let quiet = 0; quiet < turns;) {
    const before = eventsHeard()
    const works = quiet === turns - 1 && atWork()
    await realTurn()
    if (disturbed()) return false
    const still = eventsHeard() === before && workInFlight().length === 0
    if (still && !works) quiet += 1
    else if (realNow() > deadline) return false
    else if (!still) quiet = 0
  }
  return true
}

/** Real ms that what was set off by an event may take before the next one is given out. */
const REACTION = 250

/**
 * What those who give out events wait for after each: that nobody here reacts to it any more. Resolves to false as soon as
 * `stopped` says so.
 */
export function reactions(stopped: () => boolean): (last: boolean) => Promise<boolean> {
  return async (last) => {
    await comesToRest(stopped, REACTION, last ? {} : { turns: 1 })
    return !stopped()
  }
}
