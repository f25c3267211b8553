import { endsByItself } from '../clock/quiet.ts'
import { realDelay, realImmediate, realNow } from '../real-time.ts'
import { unnamedReads } from './file-reads.ts'

/** Immediates that set each other off, one in each turn of the event loop, without coming to an end. */
const MOST_TURNS = 10_000
/** How long what the system does for this process may take, such as reading a file. Real ms. */
const LIMIT = 5000
/** After so many turns it is no short one. */
const SHORT = 1000
/** How many immediates are set at once, if that many were of use before: a turn of the event loop for each costs more. */
const MOST_AT_ONCE = 16

/** Who waits for the next of our immediates, in the order in which they came: other simulations may wait at the same time. */
const waiting: (() => void)[] = []
/** Our immediates that have not been called. */
let left = 0
/** How many of those that were set last found somebody who waited. */
let used = 0

/** What active resources are called, and which of them are work that ends by itself. */
const isWork = new Map<string, boolean>()

/**
 * Resolves when all that this thread has under way without waiting for time is done: microtasks, `nextTick`, immediates and
 * requests to the system, and what they set off. False if they do not come to an end.
 */
export async function turnsOver(): Promise<boolean> {
  let [turns, waits, deadline] = [0, 0, Infinity]
  for (;;) {
    await immediate()
    // Between two immediates Node does all microtasks and ticks, to their end; left are the immediates of others.
    const { immediates, requests } = underWay()
    if (immediates <= left && requests === 0) return true
    if (requests === 0) {
      turns += 1
      if (turns === MOST_TURNS) return false
      continue
    }
    if (waits === 0) deadline = realNow() + LIMIT
    if (realNow() > deadline) return false
    waits += 1
    if (waits > SHORT) await realDelay(1)
  }
}

function immediate(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (left === 0) setSome()
  })
}

function setSome(): void {
  left = Math.min(MOST_AT_ONCE, 1 + 2 * used)
  used = 0
  for (let count = left; count > 0; count--) realImmediate(next)
}

function next(): void {
  left -= 1
  const resolve = waiting.shift()
  if (resolve) {
    used += 1
    resolve()
  }
  if (left === 0 && waiting.length > 0) setSome()
}

function underWay(): { immediates: number; requests: number } {
  let [immediates, requests] = [0, unnamedReads()]
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind === 'Immediate') immediates += 1
    else if (isRequest(kind)) requests += 1
  }
  return { immediates, requests }
}

function isRequest(kind: string): boolean {
  const known = isWork.get(kind)
  if (known !== undefined) return known
  const is = endsByItself(kind)
  isWork.set(kind, is)
  return is
}
