import { isOwnCode } from '../package-root.ts'
import type { Situation } from './situation.ts'
import type { PendingTimer } from './timer-engine.ts'
import type { UncontrolledTimer } from './uncontrolled.ts'

/** What a virtual clock knows at the moment when it cannot go on. */
export interface ClockState {
  readonly now: number
  readonly situation: Situation
  readonly timers: readonly PendingTimer[]
  /** What processes wait for that somebody here could bring, in words. */
  readonly open: readonly string[]
  /** Work of this process that has not come to its end. */
  readonly inFlight: readonly string[]
  /** Real timers that the clock does not rule. */
  readonly uncontrolled: readonly UncontrolledTimer[]
}

const MOST_TIMERS = 20

/** All of it in words: each process with its state and the evidence for it, each timer with the line that set it. */
export function dump({ now, situation, timers, open, inFlight, uncontrolled }: ClockState): string {
  const processes = situation.describe()
  const left = timers.length - MOST_TIMERS
  return [
    `Virtual time is ${now} ms.`,
    ...section('Processes', processes.length > 0 ? processes : ['none lives']),
    ...section('Virtual timers', [
      ...(timers.length > 0 ? timers.slice(0, MOST_TIMERS).map(describeTimer) : ['none is set']),
      ...(left > 0 ? [`and ${left} more`] : []),
    ]),
    ...(open.length > 0 ? section('Without an answer', open) : []),
    ...(inFlight.length > 0 ? section('At work in this process', [summary(inFlight)]) : []),
    ...(uncontrolled.length > 0
      ? section('Real timers, which no virtual time moves', describeUncontrolled(uncontrolled))
      : []),
  ].join('\n')
}

/** Each real timer with the line that set it. */
export function describeUncontrolled(timers: readonly UncontrolledTimer[]): string[] {
  return timers.map(({ what, ms, stack, count }) => {
    const length = ms === undefined ? '' : ` (${ms} ms)`
    return `${what}${length}${place(stack)}${count > 1 ? `, ${count} times` : ''}`
  })
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...lines.map((line) => `  ${line}`)]
}

function describeTimer({ at, delay, kind, stack }: PendingTimer): string {
  // Not "at …": a runner would take that for a line of a stack.
  const what = { timeout: 'a timeout', interval: 'an interval', sleep: 'a wait' }[kind]
  return `${at} ms: ${what} of ${delay} ms${place(stack)}`
}

/** The first line of a stack that is neither Node's nor ours; one of a library only if there is no other. */
function place(stack: string): string {
  const lines = stack.split('\n').flatMap((line) => {
    const match = /^\s+at (.*)$/.exec(line)
    return match?.[1] === undefined || /node:|<anonymous>\)?$/.test(match[1]) || isOwnCode(match[1])
      ? []
      : [match[1]]
  })
  const found = lines.find((line) => !/[\\/]node_modules[\\/]/.test(line)) ?? lines[0]
  return found === undefined ? '' : `, set at ${found}`
}

function summary(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => (count > 1 ? `${name} (${count})` : name)).join(', ')
}
