import { realImmediate } from '../real-time.ts'

/** Immediates that set each other off, one in each turn of the event loop, without coming to an end. */
const MOST_TURNS = 10_000
/** How many immediates are set at once, if that many were of use before: a turn of the event loop for each costs more. */
const MOST_AT_ONCE = 16

/** Who waits for the next of our immediates, in the order in which they came: other simulations may wait at the same time. */
const waiting: (() => void)[] = []
/** Our immediates that have not been called. */
let left = 0
/** How many of those that were set last found somebody who waited. */
let used = 0

/**
 * Resolves when all that this thread has under way without waiting for anything is done: microtasks, `nextTick` and
 * immediates, and what they set off. False if they do not come to an end.
 */
export async function turnsOver(): Promise<boolean> {
  for (let turns = 1; turns < MOST_TURNS; turns++) {
    await immediate()
    // Between two immediates Node does all microtasks and ticks, to their end; left are the immediates of others.
    if (immediates() <= left) return true
  }
  return false
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

function immediates(): number {
  let count = 0
  for (const kind of process.getActiveResourcesInfo()) if (kind === 'Immediate') count += 1
  return count
}
