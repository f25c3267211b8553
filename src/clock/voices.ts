import type { Speaker } from './route.ts'

/** All connections over which one process talks to the test. */
export class Voices {
  readonly #speakers = new Set<Speaker>()
  /** The last of them that has told of the process, and has ended. */
  #last: Speaker | undefined

  add(speaker: Speaker): void {
    this.#speakers.add(speaker)
  }

  /** Nothing more comes over this connection. What it told of the process stands until another one tells. */
  remove(speaker: Speaker): void {
    if (this.main === speaker) this.#last = speaker
    this.#speakers.delete(speaker)
  }

  /**
   * The one that tells the name of the process and whether it rests: one that says so at all, and of several alike that with
   * the first name, since which of them was there first is chance. Undefined if there never was one.
   */
  get main(): Speaker | undefined {
    let main: Speaker | undefined
    for (const speaker of this.#speakers) if (!main || isBefore(speaker, main)) main = speaker
    const last = this.#last
    return !main || (main.parked === undefined && last?.parked !== undefined) ? last : main
  }
}

function isBefore(one: Speaker, other: Speaker): boolean {
  const says = one.parked !== undefined
  return says === (other.parked !== undefined) ? one.name < other.name : says
}
