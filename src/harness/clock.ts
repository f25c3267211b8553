import type { ChildProcess } from 'node:child_process'

import type { VirtualClockOptions } from '../clock/clock-options.ts'
import { describeUncontrolled } from '../clock/dump.ts'
import { createEvidenceSource } from '../clock/evidence/index.ts'
import type { TestClock } from '../clock/test-clock.ts'
import type { UncontrolledTimer } from '../clock/uncontrolled.ts'
import { VirtualClock } from '../clock/virtual-clock.ts'
import type { HarnessProcesses } from './processes.ts'
import { SpawnLedger } from '../reap/spawn-ledger.ts'

/** @internal The virtual clock of one harness, which rules the time of its agents while it is installed. */
export class HarnessClock {
  readonly #time: TestClock
  readonly #processes: HarnessProcesses
  readonly #open: () => readonly string[]
  #virtual: VirtualClock | undefined

  /** @param open what processes wait for that the test could bring, in words */
  constructor(time: TestClock, processes: HarnessProcesses, open: () => readonly string[]) {
    this.#time = time
    this.#processes = processes
    this.#open = open
  }

  /**
   * Has time stand still. Throws `ERR_CLOCK_IN_USE` if something else has replaced the timers.
   * @param patience how long it waits for processes to come to rest, in ms of real time
   */
  install(options: VirtualClockOptions, patience: number): VirtualClock {
    const processes = this.#processes
    const clock = new VirtualClock(options, {
      evidence: createEvidenceSource(),
      patience,
      children: livingChildren(processes),
      owns: () => isOwner(processes.ledger),
      survivors: () => processes.marked(),
      open: this.#open,
    })
    this.#virtual = clock
    this.#time.use(clock)
    return clock
  }

  /** What it knows at this moment, in words; undefined in real time. */
  get state(): string | undefined {
    return this.#virtual && stateOf(this.#virtual)
  }

  /**
   * Has real time go on, and tells of timers that were real all along. Gives back the error of a call that was still moving
   * time.
   */
  remove(): Error | undefined {
    const clock = this.#virtual
    if (!clock) return undefined
    const { children, ledger } = this.#processes
    // What a test has left is killed, and nobody is to start it again. What a script has started is its own affair.
    const moving = clock.remove((child) => ledger === undefined || children.has(child))
    this.#time.use(undefined)
    this.#virtual = undefined
    warnOf(clock.uncontrolled)
    return moving
  }
}

/** The children that live when the clock is installed: agents and supervisors, and what the test has started besides. */
function livingChildren({ children, ledger }: HarnessProcesses): ChildProcess[] {
  const spawned = ledger?.spawns.map(({ child }) => child) ?? []
  return [...new Set([...children, ...spawned])].filter(
    ({ pid, exitCode, signalCode }) => pid !== undefined && exitCode === null && signalCode === null,
  )
}

/** Whether what is done at this moment is done for the test of the ledger; without one, everything is. */
function isOwner(ledger: SpawnLedger | undefined): boolean {
  return ledger === undefined || SpawnLedger.current === ledger || SpawnLedger.isNobodys
}

/** Tells of the timers that a virtual clock did not rule. */
function warnOf(uncontrolled: readonly UncontrolledTimer[]): void {
  if (uncontrolled.length === 0) return
  console.warn(
    'vitest-supervise: these timers were real, and no virtual time moved them. `setTimeout` and an `AbortController` of ' +
      `your own would be virtual:\n${describeUncontrolled(uncontrolled).join('\n')}`,
  )
}

/** What a virtual clock knows when the time of a test is over, in words. */
function stateOf(clock: VirtualClock): string {
  const hint = clock.isMoving
    ? 'It was moving that time, which took longer than the test has: see what holds it up. A process that sleeps for less ' +
      'than a second by a timer of its own is waited for in real time each time.'
    : 'Nobody was moving it. That only the test does, as by `await clock.runUntil(promise)`, and in fixtures and hooks of ' +
      'yours that come after `clock`, too.'
  return `${hint}\n${clock.describe()}`
}
