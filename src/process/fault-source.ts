import type { FaultOrder, Moment } from '../protocol/frames.ts'
import type { Confinement } from './confinement/index.ts'
import type { Refusal } from './refusal.ts'

/** A moment that the test sees: an agent does not say when it begins, nor that it writes. */
export type SeenMoment = Exclude<Moment, 'start' | { write: number }>

/** The way by which an agent is ordered a fault. */
export interface FaultLine {
  /** Has it play a fault now. False when the connection is over. */
  order(order: Omit<FaultOrder, 'at'>): Promise<boolean>
  /** Has it forget an order that it was welcomed with. */
  retract(id: number): void
}

/** The faults of one attempt. It is told what happens, in order. */
export interface AttemptFaults {
  /** How its start is to be refused. */
  readonly refusal: Refusal | undefined
  /** What its start is to be made ready for. */
  readonly confinements: readonly Confinement[]
  /** Its start is ready for them. `look` has what the system shows by now confirmed. */
  confined(look: () => void): void
  /** The start failed. Gives back the name of the fault that this confirms. */
  spawnFailed(code: string): string | undefined
  /** The start cannot be refused in the way ordered: why not. */
  cannotRefuse(reason: string): void
  /** The process exists. */
  spawned(): void
  /** What it is to be told in its welcome, on its way now. */
  welcome(): FaultOrder[]
  /** From now on it can be ordered faults. */
  connected(line: FaultLine): void
  /** It has said which faults it can play, and at which points besides those of every agent. */
  hello(can: readonly string[], points: readonly string[]): void
  /** It has come to a point that the test sees, and has not been let go on yet. */
  reach(moment: SeenMoment): void
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
  /** What the start of this attempt, which has not begun, would have to be made ready for. */
  upcoming(agent: string, attempt: number): readonly Confinement[]
  /** Has `listener` called whenever that may have changed. */
  onChange(listener: () => void): void
}

/** For agents of no test. */
export const NO_FAULTS: FaultSource = {
  begin: () => ({
    refusal: undefined,
    confinements: [],
    confined() {},
    spawnFailed: () => undefined,
    cannotRefuse() {},
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
  upcoming: () => [],
  onChange() {},
}
