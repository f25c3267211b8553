import type { PendingTimer } from '../clock/timer-engine.ts'
import type { UncontrolledTimer } from '../clock/uncontrolled.ts'

/*
 * What a process that goes by the clock of a test and that clock say to each other: a JSON object a line, over a Unix socket. One
 * connection a thread. Times are ms of the clock.
 */

/** What the process says. */
export type ParticipantFrame =
  | {
      readonly t: 'hello'
      readonly pid: number
      /** By whom it was started, and as which of his: `1.2`. */
      readonly place: string
      /** 0: the main thread. */
      readonly thread: number
      /** What it runs, without directories, shortened. */
      readonly program: string
      /** What time it takes it to be. */
      readonly now: number
    }
  /** It rests. */
  | {
      readonly t: 'rest'
      /** The last order that it has followed. */
      readonly heard: number
      /** How many things have happened there so far. */
      readonly events: number
      /** Of how many children it holds something. */
      readonly held: number
      readonly next?: number
      /** The soonest of its timers. */
      readonly timers: readonly PendingTimer[]
      readonly children: readonly number[]
      /** How many children it has started so far, without those that it told of over another connection. */
      readonly started: number
    }
  /** It has just started this process: it may itself have ended before it rests. */
  | { readonly t: 'started'; readonly pid: number }
  /** It has been at work for a while, with these. */
  | { readonly t: 'busy'; readonly with: readonly string[] }
  /** It can hear nothing until it says that it rests. */
  | { readonly t: 'blocked'; readonly by: string }
  /** A thread waits until another one wakes it, and can hear nothing before. */
  | { readonly t: 'asleep' }
  /** It was woken, and knows what time it is. */
  | { readonly t: 'awake' }
  /** A real timer was set there. */
  | { readonly t: 'uncontrolled'; readonly timer: UncontrolledTimer }

/** What the clock orders; each is answered by `rest` when it has been followed, but for `leave`. */
export type ClockFrame =
  /** Does nothing but come to rest. */
  | { readonly t: 'check'; readonly n: number }
  | { readonly t: 'now'; readonly n: number; readonly now: number }
  /** Time is this now, and the timer that is due is to be called. */
  | { readonly t: 'fire'; readonly n: number; readonly now: number }
  /** What is held is to be heard. */
  | { readonly t: 'give'; readonly n: number }
  | { readonly t: 'wall'; readonly n: number; readonly ms: number }
  | { readonly t: 'postpone'; readonly n: number; readonly to: number }
  /** From now on time is real. */
  | { readonly t: 'leave' }

/** In the variable that holds the place of a process: that it has real time, and what it starts, too. */
export const APART = 'off'

/** What the preload is given by the file that `NODE_OPTIONS` names. */
export interface PreloadOptions {
  /** The path of the clock's Unix socket. */
  readonly socket: string
  /** The path of a file that holds the time, in ms of the clock. */
  readonly now: string
  /** What `Date` says at 0, in ms since 1970. */
  readonly start: number
  /** By which those are put into an order that have done something at the same time. */
  readonly seed?: number
  /** The path of the file that was required. */
  readonly file: string
  /** How the paths of the modules begin that are agents: these speak for themselves. */
  readonly agents: string
}

/** How many digits the time has in its file. */
export const NOW_WIDTH = 20
