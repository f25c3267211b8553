import type { Schedule } from '../schedule.ts'
import type { Violation } from '../play/trace.ts'

/** A part of a campaign that depends on no other: whoever plays it, and when, its schedules are the same. */
export interface Island {
  /** From 0. */
  readonly index: number
  /** How many schedules it has. */
  readonly schedules: number
}

/** What was found on an island. JSON. */
export interface IslandResult {
  readonly index: number
  /** How many of its schedules were played: all, or those to the first that broke an invariant. */
  readonly played: number
  /** In how many of these an agent was started, or would have been if that had not been refused. */
  readonly starts: number
  /**
   * Which transitions were seen, sorted: state, what happened, next state. A worker thread leaves out those that it has told of a
   * lower island.
   */
  readonly transitions: readonly string[]
  /** Undefined if nothing was broken. */
  readonly find: Find | undefined
}

/** A schedule that breaks an invariant. */
export interface Find {
  readonly schedule: Schedule
  readonly violation: Violation
  /** Which one of its island it was, from 1. */
  readonly number: number
}
