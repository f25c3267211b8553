import { realTurn } from '../real-time.ts'

/** Immediates that set each other off, one in each turn of the event loop, without coming to an end. */
const MOST_TURNS = 10_000

/** How many of the immediates of this thread are set here: other simulations may wait at the same time. */
let ours = 0

/**
 * Resolves when all that this thread has under way without waiting for anything is done: microtasks, `nextTick` and
 * immediates, and what they set off. False if they do not come to an end.
 */
export async function turnsOver(): Promise<boolean> {
  for (let turns = 1; turns < MOST_TURNS; turns++) {
    ours += 1
    await realTurn()
    ours -= 1
    // The turn that is over has done all but the immediates that were set in it.
    if (immediates() <= ours) return true
  }
  return false
}

function immediates(): number {
  let count = 0
  for (const kind of process.getActiveResourcesInfo()) if (kind === 'Immediate') count += 1
  return count
}
