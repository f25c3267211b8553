import { expect, type MockInstance, onTestFinished, vi } from 'vitest'

import type { VirtualClock } from '../../src/clock/virtual-clock.ts'
import { SuperviseError } from '../../src/errors.ts'
import type { Harness } from '../../src/harness/harness.ts'
import type { SupervisorOptions } from '../../src/options.ts'
import type { SupervisorHandle } from '../../src/process/supervisor-handle.ts'
import { READY_TIMEOUT } from '../../src/process/spawner.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

/** Real ms in which everything is to come to rest where a test waits for that to fail: more than a program takes to start. */
const SHORT = 2000

/** A harness under a virtual clock, and programs of a scratch folder that go by it. */
export interface UnderClock {
  readonly harness: Harness
  readonly clock: VirtualClock
  readonly scratch: Scratch
  /** Starts a CommonJS program, in a file `sup.cjs` if no other name is given. */
  start(body: string, options?: SupervisorOptions & { name?: string }): Promise<SupervisorHandle>
}

/** @param patience real ms; that of every test by default */
export async function underClock(patience?: number): Promise<UnderClock> {
  const harness = await openHarness()
  if (patience !== undefined) harness.limits = { ready: READY_TIMEOUT, patience }
  const clock = harness.installClock()
  const scratch = new Scratch()
  return {
    harness,
    clock,
    scratch,
    start: (body, { name = 'sup.cjs', ...options } = {}) =>
      harness.supervise(process.execPath, [scratch.write(name, body)], { ...options, clock: 'virtual' }),
  }
}

/** The same with little patience. */
export const impatient = (): Promise<UnderClock> => underClock(SHORT)

/** Takes the warnings of this test, also those of its end. To be called first. */
export function takeWarnings(): MockInstance<typeof console.warn> {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  return warn
}

/** The error with which this rejects. */
export async function errorOf(promise: Promise<unknown>): Promise<SuperviseError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SuperviseError)
  return error as SuperviseError
}
