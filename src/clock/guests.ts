import type { Child } from './child.ts'
import type { Speaker } from './route.ts'
import { Source } from './source.ts'
import { Voices } from './voices.ts'

/** What is known of a process that talks to the test, a child or not. */
export interface Place {
  /** What it has sent. */
  readonly source: Source
  readonly voices: Voices
}

/** A connection of a process to the test. */
export interface Guest {
  /** The process at its other end, which is known at the latest when it has said which one it is. */
  readonly place: Place
  leave(): void
}

/** A process that is no child of this one. */
export interface Stranger extends Place {
  /** Undefined as long as it has not said. */
  readonly pid: number | undefined
}

/** The connections to the test: those of children lead to these, all others of one process to one place in the order. */
export class Guests {
  readonly #childOf: (pid: number) => Child | undefined
  readonly #seats = new Set<Seat>()
  readonly #strangers = new Set<Stranger>()
  readonly #byPid = new Map<number, Stranger>()

  /** @param childOf the child of this process that has the pid at this moment */
  constructor(childOf: (pid: number) => Child | undefined) {
    this.#childOf = childOf
  }

  open(speaker: Speaker): Guest {
    const place = (): Place => this.#find(seat)
    const seat: Seat = { speaker, place: this.#stranger(undefined), child: undefined }
    this.#seats.add(seat)
    seat.place.voices.add(speaker)
    place()
    return {
      get place() {
        return place()
      },
      leave: () => {
        this.#seats.delete(seat)
        const { voices } = seat.child ?? seat.place
        voices.remove(speaker)
      },
    }
  }

  /** What strangers have sent. */
  get sources(): Source[] {
    return Array.from(this.#strangers, ({ source }) => source)
  }

  /** The strangers that are still connected. Forgets the others, once all that they sent has been given out. */
  look(): Stranger[] {
    const present = new Set<Place>()
    for (const seat of this.#seats) present.add(this.#find(seat))
    const found: Stranger[] = []
    for (const stranger of this.#strangers) {
      if (present.has(stranger)) found.push(stranger)
      else if (!stranger.source.waiting) this.#forget(stranger)
    }
    return found
  }

  #find(seat: Seat): Place {
    const { speaker, place, child } = seat
    const { pid } = speaker
    if (child || pid === undefined) return child ?? place
    seat.child = this.#childOf(pid)
    if (seat.child) {
      seat.child.voices.add(speaker)
      if (speaker.connection) seat.child.spare(speaker.connection)
      return seat.child
    }
    if (place.pid !== pid) {
      seat.place = this.#byPid.get(pid) ?? this.#stranger(pid)
      seat.place.voices.add(speaker)
    }
    return seat.place
  }

  #stranger(pid: number | undefined): Stranger {
    const voices = new Voices()
    const stranger: Stranger = { pid, voices, source: new Source(0, () => voices.main?.name ?? '') }
    this.#strangers.add(stranger)
    if (pid !== undefined) this.#byPid.set(pid, stranger)
    return stranger
  }

  #forget(stranger: Stranger): void {
    this.#strangers.delete(stranger)
    if (stranger.pid !== undefined) this.#byPid.delete(stranger.pid)
  }
}

interface Seat {
  readonly speaker: Speaker
  place: Stranger
  child: Child | undefined
}
