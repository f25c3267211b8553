import type { Pace } from './pace.ts'

/** What became of one call. */
export type StopOutcome = { readonly error: unknown } | undefined

/**
 * Calls `stop` so many times, each time when the call before it has been heard of and is under way: as soon as `exited` has settled,
 * no more. Gives the calls.
 */
export async function callStops(
  stop: () => Promise<unknown>,
  times: number,
  { pace, exited }: { readonly pace: Pace; readonly exited: Promise<unknown> },
): Promise<Promise<StopOutcome>[]> {
  const yes = (): boolean => true
  const ended = exited.then(yes, yes)
  const calls = [outcomeOf(stop())]
  while (calls.length < times && !(await pace.heard(ended))) calls.push(outcomeOf(stop()))
  return calls
}

/** At once, so that one that fails while the next is yet to come is nobody's unhandled rejection. */
function outcomeOf(call: Promise<unknown>): Promise<StopOutcome> {
  return call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
}
