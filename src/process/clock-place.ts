import type { ProcessHandle } from './process-handle.ts'

type Environment = Readonly<Record<string, string>>

/** A place among the processes that go by the clock of the test. */
export interface ClockPlace {
  /** What the environment of a process is to have, over what it is given, to take the place. */
  environment(given: Environment): Record<string, string>
  /** Throws `ERR_CLOCK_NOT_JOINED` if neither the process nor what it has started has taken it. */
  assertTaken(handle: ProcessHandle): void
}

/** Gives the next place; undefined while time is real. */
export type NextPlace = () => ClockPlace | undefined
