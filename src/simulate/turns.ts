import { realTurn } from '../real-time.ts'

/** Immediates that set each other off, one in each turn of the event loop, without coming to an end. */
const MOST_TURNS = 10_000

/**
 * Resolves when all that this thread has under way without waiting for anything is done: microtasks, `nextTick` and
 * immediates, and what they set off. False if they do not come to an end.
 */
export async function turnsOver(): Promise<boolean> {
  for (let turns = 1; turns < MOST_TURNS; turns++) {
    await realTurn()
    // The turn that this one has been in has done all but the immediates that were set in it.
    if (!process.getActiveResourcesInfo().includes('Immediate')) return true
  }
  return false
}
