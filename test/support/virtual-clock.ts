import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

import { onTestFinished } from 'vitest'

import type { VirtualClockContext, VirtualClockOptions } from '../../src/clock/clock-options.ts'
import { createEvidenceSource } from '../../src/clock/evidence/index.ts'
import { VirtualClock } from '../../src/clock/virtual-clock.ts'
import { alive } from './alive.ts'
import { until } from './until.ts'

/** A clock for this test, and what is noted under it. */
export interface OpenClock {
  readonly clock: VirtualClock
  /** What was noted, each with its time: `1000 started`. */
  readonly log: string[]
  note(text: string): void
  /** Gives time back before the test ends. */
  remove(keep?: (process: ChildProcess) => boolean): void
}

/**
 * Virtual time from here to the end of the test; all that was started meanwhile is killed then. Open it last: what a
 * test has to clean up in real time registers itself before.
 */
export function openClock(
  options: VirtualClockOptions = {},
  context: Partial<VirtualClockContext> = {},
): OpenClock {
  const started: ChildProcess[] = []
  const onStart = (message: unknown): void => {
    started.push((message as { process: ChildProcess }).process)
  }
  subscribe('child_process', onStart)
  const clock = new VirtualClock(options, {
    evidence: createEvidenceSource(),
    patience: 10_000,
    children: [],
    owns: () => true,
    survivors: () => [],
    ...context,
  })
  onTestFinished(async () => {
    clock.remove(() => false)
    unsubscribe('child_process', onStart)
    for (const child of started) {
      const { pid } = child
      if (pid === undefined) continue
      if (alive(pid)) process.kill(pid, 'SIGKILL')
      await until(`${child.spawnargs.join(' ')} is gone`, () => !alive(pid))
    }
  })
  const log: string[] = []
  return {
    clock,
    log,
    note: (text) => void log.push(`${clock.now} ${text}`),
    remove: (keep = () => false) => clock.remove(keep),
  }
}
