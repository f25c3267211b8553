import type { PendingTimer } from './timer-engine.ts'
import type { UncontrolledTimer } from './uncontrolled.ts'

/** Another process, or a thread of one, whose time is that of this clock. */
export interface Participant {
  /** As messages call it: `nodemon.js app.js (1.2)`. */
  readonly name: string
  readonly pid: number
  /** Whether the last it said is that it rests, with all seen that was sent to it. */
  readonly rests: boolean
  /** What it is at, in words. */
  readonly state: string
  /** Another one if anything has happened there in between. */
  readonly fingerprint: string
  /** Whether it holds what its children have done, until it is told to hear of it. */
  readonly waiting: boolean
  /** Real timers that somebody has set there. */
  readonly uncontrolled: readonly UncontrolledTimer[]
  /** When its next timer is due; undefined if none is set. ms of the clock. */
  readonly next: number | undefined
}

/** All of them. Each of these promises rejects with `ERR_CLOCK_STALLED` where somebody has not answered in time. */
export interface Participants {
  /** Whether there are any, or some are about to come. */
  readonly inUse: boolean
  /** Whoever started a process comes before it, and what was started first, first. */
  readonly present: readonly Participant[]
  /** The processes that they have started, and that have not been told to be over. */
  readonly children: readonly number[]
  /** How many processes they have started so far. */
  readonly started: number
  /** The soonest first. */
  readonly timers: readonly PendingTimer[]
  readonly uncontrolled: readonly UncontrolledTimer[]
  /** Has all of them say once more whether they rest: false if anything has happened since they said so. */
  confirm(): Promise<boolean>
  /** Has time be this for everybody. Resolves when all that are there know it. */
  setNow(time: number): Promise<void>
  /** Has time be this for everybody, and one call the timer that is due there. Resolves when it rests again, or is gone. */
  fire(participant: Participant, time: number): Promise<void>
  /** Has one hear what it holds. Resolves when it rests again, or is gone. */
  give(participant: Participant): Promise<void>
  /** Has the clock of the machine jump for everybody. */
  jumpWall(ms: number): Promise<void>
  /** Has every timer that is due before `time` be due then. */
  postpone(time: number): Promise<void>
  /** This process has ended: it is no child of anybody any more. */
  forget(pid: number): void
  /** Has their time be real from now on. */
  release(): void
}

/** What the clock is to those who keep its participants. */
export interface ParticipantsHost {
  /** What `Date` says at 0, in ms since 1970. */
  readonly start: number
  readonly seed: number | undefined
  /** How long participants may take to answer, in ms of real time. */
  readonly patience: number
  now(): number
  /** Something has happened there. */
  onChange(): void
  /** The error for one that has not answered in time. */
  stalled(): Error
}

/** Nobody. */
export const NO_PARTICIPANTS: Participants = {
  inUse: false,
  present: [],
  children: [],
  started: 0,
  timers: [],
  uncontrolled: [],
  confirm: () => Promise.resolve(true),
  setNow: () => Promise.resolve(),
  fire: () => Promise.resolve(),
  give: () => Promise.resolve(),
  jumpWall: () => Promise.resolve(),
  postpone: () => Promise.resolve(),
  forget() {},
  release() {},
}
