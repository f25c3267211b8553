/**
 * What a process, with all it has started, is about to do by itself:
 * - `parked`: nothing, until something from outside wakes it
 * - `dozing`: nothing until a timer goes off that was set for a second of real time or more
 * - `napping`: nothing until one goes off that was set for less, or nobody knows for how long
 * - `running`: it is at work
 * - `gone`: it has ended, a zombie included
 */
export type Rest = 'parked' | 'dozing' | 'napping' | 'running' | 'gone'

/** What the system shows of a process and all its descendants at one moment. */
export interface Evidence {
  /** That of the most active one of them; `gone` says that the process itself has ended. */
  readonly rest: Rest
  /** Another one as soon as any thread of any of them has run in between. */
  readonly fingerprint: string
  /** A line for each process, children below their parents and indented: `4711 sh: parked in wait4`. */
  readonly lines: readonly string[]
  /** Whether this process is one of them. */
  covers(pid: number): boolean
}

/** Where evidence comes from. */
export interface EvidenceSource {
  /**
   * Undefined: this system does not show it.
   * @param timerless those that have no timer of their own, as they say: what their event loops seem to wait for is none
   */
  look(pid: number, timerless?: ReadonlySet<number>): Evidence | undefined
}
