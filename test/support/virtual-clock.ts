import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'

import { onTestFinished } from 'vitest'

import type { VirtualClockContext, VirtualClockOptions } from '../../src/clock/clock-options.ts'
import { createEvidenceSource } from '../../src/clock/evidence/index.ts'
import { VirtualClock } from '../../src/clock/virtual-clock.ts'
import { watchStarts } from '../../src/starts.ts'
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
  const unwatch = watchStarts((child) => started.push(child))
  const clock = new VirtualClock(options, {
    evidence: createEvidenceSource(),
    patience: 10_000,
    children: [],
    owns: () => true,
    survivors: () => [],
    open: () => [],
    ...context,
  })
  onTestFinished(async () => {
    clock.remove(() => false)
    unwatch()
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

/** Notes all that is heard of a child. */
export function listen({ note }: OpenClock, child: ChildProcess, name = 'child'): ChildProcess {
  child.stdio.forEach((stream, fd) => {
    if (fd === 0) return
    ;(stream as Readable | null)?.on('data', (chunk: Buffer) =>
      note(`${name} ${fd}: ${chunk.toString().trim()}`),
    )
    stream?.on('end', () => note(`${name} ${fd} ends`))
  })
  child.on('message', (message) => note(`${name} message ${JSON.stringify(message)}`))
  child.on('disconnect', () => note(`${name} disconnect`))
  child.on('exit', (code, signal) => note(`${name} exit ${signal ?? code}`))
  child.on('close', (code, signal) => note(`${name} close ${signal ?? code}`))
  child.on('error', (error) => note(`${name} error ${error.message}`))
  return child
}

/** A timer that must not be called. */
export const guard = (open: OpenClock, ms = 5000): NodeJS.Timeout => setTimeout(() => open.note('guard'), ms)
