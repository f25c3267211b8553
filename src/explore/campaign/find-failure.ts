import type { CampaignFind } from './campaign.ts'
import type { Exploration } from '../exploration.ts'
import { FAILURE_FORMAT, failureOf, type RecordedFailure } from '../replay/failure.ts'
import { playVersions } from '../replay/play-versions.ts'
import { Player } from '../play/player.ts'
import { scheduleHash } from '../replay/schedule-hash.ts'

/** What was found, to be replayed: the shortest schedule there is of it, played once more for its timeline. */
export async function failureOfFind(exploration: Exploration, find: CampaignFind): Promise<RecordedFailure> {
  const { shrunk, schedule, violation } = find
  if (shrunk) {
    using player = new Player()
    const { trace } = await player.play(exploration, shrunk.schedule)
    return failureOf(exploration, shrunk.schedule, shrunk.violation, trace)
  }
  // Who plays it does not come back: its timeline is not known.
  const { name, seed, within, agents } = exploration
  return {
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
}
