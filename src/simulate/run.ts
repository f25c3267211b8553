import { DEFAULT_LIMIT } from '../clock/clock-options.ts'
import { SuperviseError, type SuperviseErrorCode } from '../errors.ts'
import type { World } from './world.ts'

/** How far a run may go. */
export interface RunOptions {
  /** How far time may move, in ms from the call. Default: 24 hours. */
  readonly limit?: number
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal
}

/** Moves the time of a world, from timer to timer, until `met` says so whenever everything is at rest. */
export async function runUntil(
  world: World,
  met: () => boolean,
  { limit = DEFAULT_LIMIT, signal }: RunOptions = {},
): Promise<void> {
  const { clock } = world
  const last = clock.now + limit
  for (;;) {
    await world.settle()
    signal?.throwIfAborted()
    if (met()) return
    const { nextAt } = clock
    if (nextAt === undefined) throw deadlock(clock.now)
    if (nextAt > last) throw beyond(last, nextAt)
    clock.next()
  }
}

/** The same until a time, and then there. */
export async function runTo(world: World, time: number): Promise<void> {
  const { clock } = world
  for (;;) {
    await world.settle()
    if ((clock.nextAt ?? Infinity) > time) return clock.moveTo(time)
    clock.next()
  }
}

function deadlock(now: number): SuperviseError {
  return error(
    'ERR_CLOCK_DEADLOCK',
    `What the simulation is run for cannot happen any more: at ${now} ms every process rests and no timer is set.`,
    { now },
  )
}

function beyond(limit: number, to: number): SuperviseError {
  return error(
    'ERR_CLOCK_LIMIT',
    `What the simulation is run for did not happen before ${limit} ms; the next timer is due at ${to} ms. If it is to take ` +
      'that long, pass a larger `limit`.',
    { limit },
  )
}

function error(code: SuperviseErrorCode, message: string, facts: object): SuperviseError {
  return new SuperviseError(code, message, { ...facts })
}
