import type { Recording } from '../../timeline/recording.ts'
import type { Exploration } from '../exploration.ts'
import { Player } from '../play/player.ts'
import { failureOf, type RecordedFailure } from '../replay/failure.ts'
import type { Shrunk } from '../search/shrink.ts'

/** A failure, what was thrown, if that is what fails, and what happened. */
export interface FoundFailure {
  readonly failure: RecordedFailure
  readonly thrown: unknown
  readonly recording: Recording
}

/** What was found, to be replayed: the shortest schedule there is of it, played once more for its timeline. */
export async function failureOfFind(
  exploration: Exploration,
  { schedule, violation }: Shrunk,
): Promise<FoundFailure> {
  using player = new Player()
  const { trace, thrown } = await player.play(exploration, schedule)
  const failure = failureOf(exploration, schedule, violation, trace)
  return { failure, thrown, recording: trace.timeline.recording() }
}
