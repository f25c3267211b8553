import type { ChildProcess } from 'node:child_process'

import { describeUncontrolled } from './clock/dump.ts'
import type { UncontrolledTimer } from './clock/uncontrolled.ts'
import type { VirtualClock } from './clock/virtual-clock.ts'
import { SpawnLedger } from './reap/spawn-ledger.ts'

/** The children of a harness that live when its clock is installed: its agents, and what its test has started besides. */
export function livingChildren(
  agents: ReadonlySet<ChildProcess>,
  ledger: SpawnLedger | undefined,
): ChildProcess[] {
  const spawned = ledger?.spawns.map(({ child }) => child) ?? []
  return [...new Set([...agents, ...spawned])].filter(
    ({ pid, exitCode, signalCode }) => pid !== undefined && exitCode === null && signalCode === null,
  )
}

/** Whether what is done at this moment is done for the test of the ledger; without one, everything is. */
export function isOwner(ledger: SpawnLedger | undefined): boolean {
  return ledger === undefined || SpawnLedger.current === ledger || SpawnLedger.isNobodys
}

/** Tells of the timers that a virtual clock did not rule. */
export function warnOf(uncontrolled: readonly UncontrolledTimer[]): void {
  if (uncontrolled.length === 0) return
  console.warn(
    'vitest-supervise: these timers were real, and no virtual time moved them. `setTimeout` and an `AbortController` of ' +
      `your own would be virtual:\n${describeUncontrolled(uncontrolled).join('\n')}`,
  )
}

/** What a virtual clock knows when the time of a test is over, in words. */
export function stateOf(clock: VirtualClock): string {
  const hint = clock.isMoving
    ? 'It was moving that time, which took longer than the test has: see what holds it up. A process that sleeps for less ' +
      'than a second by a timer of its own is waited for in real time each time.'
    : 'Nobody was moving it. That only the test does, as by `await clock.runUntil(promise)`, and in fixtures and hooks of ' +
      'yours that come after `clock`, too.'
  return `${hint}\n${clock.describe()}`
}
