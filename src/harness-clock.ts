import type { ChildProcess } from 'node:child_process'

import { describeUncontrolled } from './clock/dump.ts'
import type { UncontrolledTimer } from './clock/uncontrolled.ts'
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
