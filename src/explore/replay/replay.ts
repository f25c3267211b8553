import { SuperviseError } from '../../errors.ts'
import type { Harness } from '../../harness/harness.ts'
import { Crashes } from '../play/crashes.ts'
import type { Exploration } from '../exploration.ts'
import { explorationOf, type Failure } from './failure.ts'
import { type Outcome, perform } from '../play/perform.ts'
import { Player } from '../play/player.ts'
import { realStage } from '../play/real-stage.ts'
import { type Played, type ReplayVerdict, verdictOf } from './replay-verdict.ts'

/**
 * Plays what failed again, in a simulation. Throws `ERR_FAILURE_INVALID` if the exploration cannot have had that failure.
 * The player is left as it is.
 */
export async function replaySimulated(
  exploration: Exploration,
  failure: Failure,
  player: Player,
): Promise<ReplayVerdict> {
  const simulated = await player.play(explorationOf(exploration, failure), failure.schedule)
  return verdictOf(failure, { simulated: playedOf(simulated) })
}

/**
 * Plays what failed again, in a simulation, if that can play it, and then with the real processes of a harness, which it
 * closes: one for which {@link realStage} is made. Rejects as that does, and as `replaySimulated`.
 */
export async function replayReal(
  exploration: Exploration,
  failure: Failure,
  harness: Harness,
): Promise<ReplayVerdict> {
  const known = explorationOf(exploration, failure)
  const simulated = await simulate(known, failure)
  const stage = realStage(known, harness)
  const crashes = Crashes.install()
  try {
    const real = playedOf(await perform(stage, known, failure.schedule, crashes))
    return verdictOf(failure, simulated ? { simulated, real } : { real })
  } finally {
    await stage.close()
    crashes.restore()
  }
}

/** Undefined if it has a fault that needs real processes. */
async function simulate(exploration: Exploration, { schedule }: Failure): Promise<Played | undefined> {
  using player = new Player()
  try {
    return playedOf(await player.play(exploration, schedule))
  } catch (error) {
    if (error instanceof SuperviseError && error.code === 'ERR_FAULT_UNSUPPORTED') return undefined
    throw error
  }
}

function playedOf({ trace: { timeline }, violation }: Outcome): Played {
  return { hash: timeline.hash(), lines: timeline.toString().split('\n'), violation }
}
