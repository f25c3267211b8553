import type { Exploration } from '../exploration.ts'
import { Player } from '../play/player.ts'
import { failureOf, type RecordedFailure } from '../replay/failure.ts'
import type { Shrunk } from '../search/shrink.ts'

/** What was found, to be replayed: the shortest schedule there is of it, played once more for its timeline. */
export async function failureOfFind(
  exploration: Exploration,
  { schedule, violation }: Shrunk,
): Promise<RecordedFailure> {
  using player = new Player()
  const { trace } = await player.play(exploration, schedule)
  return failureOf(exploration, schedule, violation, trace)
}
