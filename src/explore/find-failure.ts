import type { CampaignFind } from './campaign.ts'
import type { Exploration } from './exploration.ts'
import { FAILURE_FORMAT, failureOf, type RecordedFailure } from './failure.ts'
import { playVersions } from './play-versions.ts'
import { Player } from './player.ts'
import { scheduleHash } from './schedule-hash.ts'

/** A failure, and what was thrown, if that is what fails. */
export interface FoundFailure {
  readonly failure: RecordedFailure
  readonly thrown: unknown
}

/** What was found, to be replayed: the shortest schedule there is of it, played once more for its timeline. */
export async function failureOfFind(exploration: Exploration, find: CampaignFind): Promise<FoundFailure> {
  const { shrunk, schedule, violation } = find
  if (shrunk) {
    using player = new Player()
    const { trace, thrown } = await player.play(exploration, shrunk.schedule)
    return { failure: failureOf(exploration, shrunk.schedule, shrunk.violation, trace), thrown }
  }
  // Who plays it does not come back: its timeline is not known.
  const { name, seed, within, agents } = exploration
  const failure: RecordedFailure = {
    format: FAILURE_FORMAT,
    exploration: name,
    breaks: violation.invariant,
    message: violation.message,
    schedule,
    hash: scheduleHash(schedule),
    seed,
    within,
    agents: agents.map(({ id }) => id),
    versions: playVersions(),
    timeline: [],
  }
  return { failure, thrown: undefined }
}
