import type { Json } from '../../src/json.ts'
import type { AgentScript } from '../../src/protocol/frames.ts'

/** What a fault does its work upon. */
export interface Stage {
  /** Whether `ready` has been said. */
  readonly ready: boolean
  readonly runtimeDir: string
  /** What a scripted agent plays. Empty for any other. */
  readonly script: AgentScript
  /** Makes `ready` wait this long; `Infinity`: it is never said. */
  delayReady(ms: number): void
  /** The message or file write at which this strikes is dropped. */
  swallow(): void
  /** Ignores this signal from now on, whatever else listens for it. */
  ignore(signal: NodeJS.Signals): void
  /** Answers this signal from now on, whatever else listens for it. */
  answer(signal: NodeJS.Signals, act: () => void): void
  /** Acts in so many ms of the test's time. */
  later(ms: number, act: () => void): void
  /** Sends the program's messages no more. */
  mute(): void
  /** Says that the process falls to this signal, which it is sent next, unless it handles it. */
  fall(signal: NodeJS.Signals): void
  /** Says nothing more than that nothing will happen here any more. */
  park(): void
  /** From now on regular files have no room for what this process writes. */
  fillDisk(): void
  /** The process lives, and is not at rest, before this has settled. */
  during(work: Promise<void>): Promise<void>
  readonly connection: Connection
}

/** What can go wrong with the connection to the test. Nothing happens to one that there is not. */
export interface Connection {
  /** Closes it, after these last bytes, and lives on. */
  close(last?: string): void
  /** Ends its own half, reads and drops what still comes, and lives on. */
  halfClose(): void
  /** Says again what was said at the start. */
  repeat(): void
  /** Puts these bytes among the frames. */
  write(bytes: string): void
  /** From now on the bytes of each frame leave one by one. */
  slowDown(): void
  /** Reads no more of it. */
  deafen(): void
}

/** The options of a fault, as the test ordered it. */
export type FaultOptions = { readonly [option: string]: Json }

/** Tells the test that the fault has fired, then does `deed` as soon as that is out. */
export type Confirm = (proof: Json, deed?: () => void) => void

/**
 * A fault: does what its name says, and calls `confirm` once, while it still can. Throws or rejects before that when it
 * cannot be played. What is ordered after it waits for the promise.
 */
export type Fault = (options: FaultOptions, stage: Stage, confirm: Confirm) => void | Promise<void>
