import type { Exploration } from '../exploration.ts'
import type { Logbook } from './logbook.ts'
import type { Outcome } from '../play/perform.ts'
import { Player } from '../play/player.ts'
import type { Schedule } from '../schedule.ts'

/** A player that says what it plays before it does, and stops between plays. */
export class WatchedPlayer extends Player {
  readonly #logbook: Logbook | undefined
  readonly #signal: AbortSignal | undefined

  constructor(logbook: Logbook | undefined, signal?: AbortSignal) {
    super()
    this.#logbook = logbook
    this.#signal = signal
  }

  /** Rejects with the reason of the signal. */
  override async play(exploration: Exploration, schedule: Schedule): Promise<Outcome> {
    this.#signal?.throwIfAborted()
    this.#logbook?.write(schedule)
    return super.play(exploration, schedule)
  }
}
