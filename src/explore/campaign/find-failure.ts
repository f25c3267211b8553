import type { Exploration } from '../exploration.ts'
import { Player } from '../play/player.ts'
import { failureOf, type RecordedFailure } from '../replay/failure.ts'
import type { Shrunk } from '../search/shrink.ts'

/** A failure, and what was thrown, if that is what fails. */
export interface FoundFailure {
  readonly failure: RecordedFailure
  readonly thrown: unknown
}

/** What was found, to be replayed: the shortest schedule there is of it, played once more for its timeline. */
export async function failureOfFind(
  exploration: Exploration,
  { schedule, violation }: Shrunk,
): Promise<FoundFailure> {
  using player = new Player()
  const { trace, thrown } = await player.play(exploration, schedule)
  return { failure: failureOf(exploration, schedule, violation, trace), thrown }
}
