import type { FaultOrder } from '../protocol/frames.ts'

/** How a start can be made to fail. */
export type SpawnFault = 'notFound' | 'notExecutable'

/** A point of an attempt that has just been reached; the agent has not been let go on yet. */
export type Moment = 'ready' | { readonly message: number } | { readonly cue: string }

/** The way by which an agent is ordered a fault. */
export interface FaultLine {
  /** Has it play a fault now. False when the connection is over. */
  order(order: Omit<FaultOrder, 'at'>): Promise<boolean>
  /** Has it forget an order that it was welcomed with. */
  retract(id: number): void
}

/** The faults of one attempt. It is told what happens, in order. */
export interface AttemptFaults {
  /** How its start is to fail. */
  readonly spawnFault: SpawnFault | undefined
  /** The start failed. Gives back the name of the fault that this confirms. */
  spawnFailed(code: string): string | undefined
  /** The start cannot be made to fail in the way ordered: why not. */
  spawnFaultUnsupported(reason: string): void
  /** The process exists. */
  spawned(): void
  /** What it is to be told in its welcome, on its way now. */
  welcome(): FaultOrder[]
  /** From now on it can be ordered faults. */
  connected(line: FaultLine): void
  /** It has said which faults it can play, and at which points besides those of every agent. */
  hello(can: readonly string[], points: readonly string[]): void
  reach(moment: Moment): void
  /** It has confirmed an order. Gives back the name of the fault, if the order was one of ours. */
  fired(id: number): string | undefined
  /** It cannot play what it was ordered. */
  failed(id: number, reason: string): void
  /** It cannot be spoken to any more. */
  disconnected(): void
  exited(): void
}

/** Where the faults of a test's agents come from. */
export interface FaultSource {
  /** An attempt of this agent is about to be made. */
  begin(agent: string, attempt: number): AttemptFaults
}

/** For agents of no test. */
export const NO_FAULTS: FaultSource = {
  begin: () => ({
    spawnFault: undefined,
    spawnFailed: () => undefined,
    spawnFaultUnsupported() {},
    spawned() {},
    welcome: () => [],
    connected() {},
    hello() {},
    reach() {},
    fired: () => undefined,
    failed() {},
    disconnected() {},
    exited() {},
  }),
}
