/** How much one agent may say that nobody has taken. Bytes. */
export const BACKLOG_LIMIT = 64 * 1024 * 1024

/** What a frame weighs besides its characters, in bytes: roughly what it costs to keep it. */
const FRAME_WEIGHT = 64
const SLEEP_WEIGHT = 4096

/** What the line of a frame weighs while it waits. */
export function weightOf(t: string, line: string): number {
  return line.length + (t === 'sleep' ? SLEEP_WEIGHT : FRAME_WEIGHT)
}

/**
 * Measures what one agent has said and nobody has dealt with: messages that nobody has read, sleeps whose time is not over,
 * and all that virtual time holds back.
 */
export class Backlog {
  #weight = 0

  /** False when that is more than one test can want to keep. */
  add(weight: number): boolean {
    this.#weight += weight
    return this.#weight <= BACKLOG_LIMIT
  }

  remove(weight: number): void {
    this.#weight -= weight
  }
}
