import { LONGEST_TIMER, type SupervisorOptions } from '../supervisor.ts'
import { State, type Story } from './story.ts'

/** What holds of every supervisor. */
export type InvariantName =
  | 'no overlap'
  | 'monotone backoff until reset'
  | 'bounded restarts'
  | 'stop is final'
  | 'no leaked process or timer'
  | 'every start gets exactly one exit'
  | 'give-up is reported'

/** Says what breaks it, or nothing. */
type Invariant = (story: Story, options: SupervisorOptions) => string | undefined

const INVARIANTS: Readonly<Record<InvariantName, Invariant>> = {
  'no overlap': noOverlap,
  'monotone backoff until reset': monotoneBackoff,
  'bounded restarts': boundedRestarts,
  'stop is final': stopIsFinal,
  'no leaked process or timer': noLeak,
  'every start gets exactly one exit': oneExit,
  'give-up is reported': giveUpIsReported,
}

/** What breaks the invariants that do not hold, by their names. */
export function verdicts(story: Story, options: SupervisorOptions): Record<string, string> {
  const all = Object.entries(INVARIANTS).map(([name, invariant]) => [name, invariant(story, options)])
  return Object.fromEntries(all.filter(([, verdict]) => verdict !== undefined))
}

/** Never do two programs run at a time. */
function noOverlap(story: Story): string | undefined {
  const state = new State()
  for (const event of story) {
    state.add(event)
    if (state.alive.size > 1) return `attempts ${[...state.alive].join(' and ')} run at ${event.at}`
  }
}

/** Each delay is longer than the one before, unless that was the longest; after a reset it begins anew. */
function monotoneBackoff(story: Story, { stableAfter, maxDelay }: SupervisorOptions): string | undefined {
  const longest = Math.min(maxDelay, LONGEST_TIMER)
  const state = new State()
  let previous: number | undefined
  let ended: number | undefined
  for (const event of story) {
    if (state.begins(event) || event.kind === 'stop call') ended = previous = undefined
    state.add(event)
    if (event.kind === 'end') {
      if (state.uptime(event.attempt, event.at) >= stableAfter) previous = undefined
      ended = event.at
    }
    if (event.kind !== 'start' || ended === undefined) continue
    const delay = event.at - ended
    if (delay > longest) return `the delay of attempt ${event.attempt} is ${delay}, and at most ${longest}`
    const grows = previous === undefined || delay > previous || (delay === previous && delay === longest)
    if (!grows) return `the delay of attempt ${event.attempt} is ${delay}, after one of ${previous}`
    previous = delay
    ended = undefined
  }
}

/** It restarts as often as was promised, neither more often nor less. */
function boundedRestarts(
  story: Story,
  { stableAfter, maxRestarts, window }: SupervisorOptions,
): string | undefined {
  const state = new State()
  let failures: number[] = []
  for (const event of story) {
    if (state.begins(event)) failures = []
    state.add(event)
    if (event.kind === 'end' && state.stops === 0) {
      if (state.uptime(event.attempt, event.at) >= stableAfter) failures = []
      failures = [...failures.filter((time) => event.at - time < window), event.at]
    }
    const exhausted = failures.length > maxRestarts
    if (event.kind === 'start' && exhausted && !state.stopping)
      return `attempt ${event.attempt} starts after ${failures.length} failures, of which ${maxRestarts} are allowed`
    if (event.kind === 'gave up' && !exhausted)
      return `it gives up after ${failures.length} failures, of which ${maxRestarts} are allowed`
  }
}

/** From a `stop` to the next `start` nothing is started; `stop` resolves, and then nothing runs. */
function stopIsFinal(story: Story): string | undefined {
  const state = new State()
  let waiting = false
  for (const event of story) {
    state.add(event)
    if (event.kind === 'stop call') waiting = true
    if (event.kind === 'start' && state.stopping) return `attempt ${event.attempt} starts after a stop`
    if (event.kind === 'stop failed') return `stop fails at ${event.at}`
    if (event.kind !== 'stopped') continue
    waiting = false
    if (state.stopping && state.alive.size > 0)
      return `attempt ${[...state.alive].join()} runs when stop has resolved`
  }
  if (waiting) return 'stop never resolves'
}

/** When it has stopped or given up, in that ms all timers are over; in the end no process is left. */
function noLeak(story: Story): string | undefined {
  for (const [index, event] of story.entries()) {
    if (event.kind !== 'stopped' && event.kind !== 'gave up') continue
    const state = State.after(story.filter(({ at }, other) => other <= index || at === event.at))
    const called = story.slice(0, index).findLast(({ kind }) => kind.endsWith(' call'))?.kind
    const wanted = event.kind === 'stopped' ? 'stop call' : 'start call'
    if (called === wanted && state.timers.size > 0) return `a timer is set when it has ${event.kind}`
  }
  const last = State.after(story)
  const stopped = story.some(({ kind }) => kind === 'stopped')
  if (stopped && last.stopping && last.alive.size > 0)
    return `attempt ${[...last.alive].join()} is left behind`
}

/** An end brings one start at most; and nobody is ended by what was meant for another, or for nobody. */
function oneExit(story: Story): string | undefined {
  const state = new State()
  let due = 0
  for (const event of story) {
    if (state.begins(event) || (event.kind === 'end' && state.stops === 0 && !state.stopping)) due += 1
    state.add(event)
    if (event.kind === 'start' && (due -= 1) < 0)
      return `attempt ${event.attempt} starts, and nothing has ended for it`
    if (event.kind === 'signal' && state.stops === 0 && isWell(state, event.attempt))
      return `attempt ${event.attempt} is sent ${event.signal}, and was well`
  }
}

/** It does not end by itself without saying so, says so once, and means it. */
function giveUpIsReported(story: Story): string | undefined {
  const state = new State()
  let over = false
  for (const event of story) {
    state.add(event)
    if (event.kind === 'start call') over = false
    if (event.kind === 'crashed') return `it crashes at ${event.at}`
    if (over && event.kind === 'gave up') return 'it gives up twice'
    if (over && event.kind === 'start') return `attempt ${event.attempt} starts after it gave up`
    if (event.kind === 'gave up') over = true
  }
  if (!state.stopping && !over && state.alive.size + state.timers.size === 0)
    return 'it has come to its end, and nobody was told'
}

function isWell(state: State, attempt: number): boolean {
  return state.alive.has(attempt) && state.readySince.has(attempt) && !state.struck.has(attempt)
}
