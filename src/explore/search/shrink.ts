import * as fc from 'fast-check'

import { SuperviseError } from '../../errors.ts'
import { fewerEntries } from './drops.ts'
import { canonical } from './canonical-schedule.ts'
import type { Exploration } from '../exploration.ts'
import type { Find } from './island.ts'
import { Moments } from './moments.ts'
import { simplerEntries } from './moves.ts'
import type { Outcome } from '../play/perform.ts'
import type { Player } from '../play/player.ts'
import { replacements } from './replacements.ts'
import { type Schedule, scheduleText } from '../schedule.ts'
import { schedules } from './schedules.ts'
import { Simplicity } from './simplicity.ts'
import { type Violation, violationOf } from '../play/trace.ts'

/** The simplest schedule that breaks the invariant of a find. JSON. */
export interface Shrunk {
  readonly schedule: Schedule
  /** What it breaks first in the order of the invariants: that of the find, or one that comes before it. */
  readonly violation: Violation
  /** How many schedules were played for it. */
  readonly plays: number
  /** Of its timeline. */
  readonly hash: string
}

export interface ShrinkOptions {
  /** How many schedules are played at most. Default 2,000. */
  readonly plays?: number
  /** Ends it: the simplest schedule up to then is given. */
  readonly signal?: AbortSignal
}

/**
 * Plays simpler and simpler schedules as long as they break the same invariant: those that fast-check comes to, and then
 * those of moves that know what a schedule is, until none of them leads any further. Fewer entries are simpler than anything
 * else. The same find gives the same result. Throws `ERR_NOT_DETERMINISTIC` if the find breaks nothing when it is played again.
 */
export async function shrink(
  exploration: Exploration,
  find: Pick<Find, 'schedule' | 'violation'>,
  player: Pick<Player, 'play'>,
  options: ShrinkOptions = {},
): Promise<Shrunk> {
  const shrinking = new Shrinking(exploration, find.violation.invariant, player, options)
  if (!(await shrinking.breaks(find.schedule))) throw notDeterministic(exploration, find)
  await byFastCheck(exploration, (options.plays ?? DEFAULT_PLAYS) / 4, shrinking)
  await byMoves(exploration, shrinking)
  const { schedule, violation, hash } = shrinking.simplest
  return { schedule, violation, plays: shrinking.plays, hash }
}

/** A part of the plays is left to the moves, which know more: the shrinker of fast-check may take any number. */
async function byFastCheck(exploration: Exploration, plays: number, shrinking: Shrinking): Promise<void> {
  const property = fc.asyncProperty(
    schedules(exploration),
    async (one) => shrinking.plays > plays || !(await shrinking.breaks(one)),
  )
  const examples: [Schedule][] = [[shrinking.simplest.schedule]]
  await fc.check(property, { examples, numRuns: 1, seed: exploration.seed })
}

async function byMoves(exploration: Exploration, shrinking: Shrinking): Promise<void> {
  const simplicity = shrinking.simplicity
  const steps = Object.keys(exploration.steps)
  const fewer = (): Iterable<Schedule> =>
    fewerEntries(shrinking.simplest.schedule, shrinking.simplest.moments, simplicity)
  const simpler = (): Iterable<Schedule> => simplerEntries(shrinking.simplest.schedule, simplicity)
  const replaced = (): Iterable<Schedule> => {
    const { schedule, moments } = shrinking.simplest
    return schedule.length <= SHORT ? replacements(schedule, moments, simplicity, steps) : []
  }
  do {
    do while (await shrinking.improves(fewer()));
    while (await shrinking.improves(simpler()))
  } while (await shrinking.improves(replaced()))
}

const DEFAULT_PLAYS = 2000

/** With how many entries a schedule is so short that any of them is tried instead of two. */
const SHORT = 4

interface Simplest {
  readonly schedule: Schedule
  readonly violation: Violation
  readonly hash: string
  readonly moments: Moments
}

/** What has been played, and the simplest of what has broken the invariant. */
class Shrinking {
  readonly simplicity: Simplicity
  plays = 0
  readonly #exploration: Exploration
  readonly #invariant: string
  readonly #player: Pick<Player, 'play'>
  readonly #most: number
  readonly #signal: AbortSignal | undefined
  readonly #known = new Map<string, boolean>()
  #simplest: Simplest | undefined

  constructor(
    exploration: Exploration,
    invariant: string,
    player: Pick<Player, 'play'>,
    { plays = DEFAULT_PLAYS, signal }: ShrinkOptions,
  ) {
    this.simplicity = new Simplicity(exploration)
    this.#exploration = exploration
    this.#invariant = invariant
    this.#player = player
    this.#most = plays
    this.#signal = signal
  }

  get simplest(): Simplest {
    if (!this.#simplest) throw new TypeError('Nothing has broken the invariant yet.')
    return this.#simplest
  }

  /** Whether a schedule breaks the invariant. No, when there is no more time for it. */
  async breaks(given: Schedule): Promise<boolean> {
    const schedule = canonical(this.#exploration, given)
    const key = JSON.stringify(schedule)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#isOver) return false
    this.plays += 1
    const outcome = await this.#player.play(this.#exploration, schedule)
    const breaks = isBroken(this.#exploration, this.#invariant, outcome)
    this.#known.set(key, breaks)
    if (breaks) this.#keep(schedule, outcome)
    return breaks
  }

  /** Whether one of these is simpler than the simplest, and breaks the invariant. */
  async improves(candidates: Iterable<Schedule>): Promise<boolean> {
    for (const candidate of candidates) {
      if (this.#isOver) return false
      if (!this.simplicity.isSimpler(candidate, this.simplest.schedule)) continue
      if (await this.breaks(candidate)) return true
    }
    return false
  }

  get #isOver(): boolean {
    return this.#simplest !== undefined && (this.plays >= this.#most || this.#signal?.aborted === true)
  }

  #keep(schedule: Schedule, { trace, violation }: Outcome): void {
    if (!violation) return
    if (this.#simplest && !this.simplicity.isSimpler(schedule, this.#simplest.schedule)) return
    this.#simplest = { schedule, violation, hash: trace.timeline.hash(), moments: new Moments(trace) }
  }
}

/** Whether an invariant is among those that a play has broken. What ended a play is all that is known of one that it ended. */
function isBroken({ invariants }: Exploration, name: string, { trace, violation }: Outcome): boolean {
  if (violation === undefined || violation.invariant === name) return violation !== undefined
  if (!invariants.some((invariant) => invariant.name === violation.invariant)) return false
  const invariant = invariants.find((invariant) => invariant.name === name)
  return invariant !== undefined && violationOf(trace, [invariant]) !== undefined
}

function notDeterministic(
  { name }: Exploration,
  { schedule, violation }: Pick<Find, 'schedule' | 'violation'>,
): SuperviseError {
  return new SuperviseError(
    'ERR_NOT_DETERMINISTIC',
    `A schedule of "${name}" broke "${violation.invariant}", and did not when it was played again:\n${scheduleText(schedule)}\n` +
      'Its scenario has to do the same each time: it must not keep anything of earlier calls, and nothing of it may come ' +
      'from real time, real files or randomness of its own.',
    { exploration: name, schedule, violation },
  )
}
