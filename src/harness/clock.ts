import type { ChildProcess } from 'node:child_process'

import type { VirtualClockOptions } from '../clock/clock-options.ts'
import { describeUncontrolled } from '../clock/dump.ts'
import { createEvidenceSource } from '../clock/evidence/index.ts'
import type { TestClock } from '../clock/test-clock.ts'
import type { UncontrolledTimer } from '../clock/uncontrolled.ts'
import { VirtualClock } from '../clock/virtual-clock.ts'
import { SuperviseError } from '../errors.ts'
import { ClockServer } from '../participants/clock-server.ts'
import type { ClockPlace } from '../process/clock-place.ts'
import type { ProcessHandle } from '../process/process-handle.ts'
import { SpawnLedger } from '../reap/spawn-ledger.ts'
import { deferred } from '../wait.ts'
import type { HarnessProcesses } from './processes.ts'

/** @internal What the clock of one harness shares with it. */
export interface HarnessClockParts {
  readonly time: TestClock
  readonly processes: HarnessProcesses
  /** What processes wait for that the test could bring, in words. */
  readonly open: () => readonly string[]
  /** The directory of the run. */
  readonly directory: string
  /** Tells the files of this harness from those of others in there. */
  readonly name: string
}

/** @internal The virtual clock of one harness, which rules the time of its agents while it is installed. */
export class HarnessClock {
  readonly #parts: HarnessClockParts
  #virtual: VirtualClock | undefined
  #server: ClockServer | undefined
  #starts: Promise<unknown> = Promise.resolve()

  constructor(parts: HarnessClockParts) {
    this.#parts = parts
  }

  /**
   * Has time stand still. Throws `ERR_CLOCK_IN_USE` if something else has replaced the timers.
   * @param patience how long it waits for processes to come to rest, in ms of real time
   */
  install(options: VirtualClockOptions, patience: number): VirtualClock {
    const { time, processes, open, directory, name } = this.#parts
    const clock = new VirtualClock(options, {
      evidence: createEvidenceSource(),
      patience,
      children: livingChildren(processes),
      owns: () => isOwner(processes.ledger),
      survivors: () => processes.marked(),
      open,
      participants: (host) => (this.#server = new ClockServer({ directory, name }, host)),
    })
    this.#virtual = clock
    time.use(clock)
    return clock
  }

  /**
   * Has a program go by the clock that `start` starts, one after the other: each start is an event of its own. Resolves when it
   * rests for the first time. Rejects with `ERR_OPTION_INVALID` if time is real, with `ERR_CLOCK_NOT_JOINED` and
   * `ERR_CLOCK_STALLED`, and as `start` does; then nothing of it runs.
   */
  async admit<T extends ProcessHandle>(start: (place: ClockPlace) => Promise<T>): Promise<T> {
    if (!this.#virtual) throw timeIsReal()
    const before = this.#starts
    const over = deferred<void>()
    this.#starts = over.promise
    // Awaited, not chained: so the line of the test is in the stack of an error.
    await before
    try {
      return await this.#admit(start)
    } finally {
      over.resolve()
    }
  }

  /** The next place among those who go by the clock; undefined while time is real. Throws `ERR_PATH_TOO_LONG`. */
  nextPlace(): ClockPlace | undefined {
    const [clock, server] = [this.#virtual, this.#server]
    if (!clock || !server) return undefined
    server.open()
    const place = server.nextPlace()
    return {
      environment: (given) => server.environment(place, given),
      assertTaken: (handle) => {
        if (!server.isTaken(place)) throw notJoined(handle, clock)
      },
    }
  }

  async #admit<T extends ProcessHandle>(start: (place: ClockPlace) => Promise<T>): Promise<T> {
    const clock = this.#virtual
    const place = this.nextPlace()
    if (!clock || !place) throw timeIsReal()
    const handle = await start(place)
    try {
      await clock.settle().catch((error: unknown) => {
        // A program that waits by real timers may never come to rest: that they are real is the reason.
        place.assertTaken(handle)
        throw error
      })
      place.assertTaken(handle)
      return handle
    } catch (error) {
      handle.kill('SIGKILL')
      await handle.close().catch(() => {}) // Why it cannot be there says more.
      throw error
    }
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
    const { children, ledger } = this.#parts.processes
    // What a test has left is killed, and nobody is to start it again. What a script has started is its own affair.
    const moving = clock.remove((child) => ledger === undefined || children.has(child))
    this.#parts.time.use(undefined)
    this.#virtual = undefined
    this.#server = undefined
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

function timeIsReal(): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    "`clock: 'virtual'` has a process go by the clock of the test, and this test has none: ask for the fixture `clock`, or call " +
      '`harness.installClock()` before.',
  )
}

/** The program, and all that it has started, has come to rest or has ended, and none of it has said a word. */
function notJoined(handle: ProcessHandle, clock: VirtualClock): SuperviseError {
  const output = handle.stderr.excerpt() ?? handle.stdout.excerpt()
  return new SuperviseError(
    'ERR_CLOCK_NOT_JOINED',
    `${handle} does not go by the clock of the test: neither it nor anything that it has started is a Node program that has loaded what ` +
      'NODE_OPTIONS names. Programs in other languages keep real time, and so does Node where somebody has removed NODE_OPTIONS or ' +
      `SUPERVISE_CLOCK from its environment. Leave out \`clock: 'virtual'\` to have it run in real time.\n${output ?? clock.describe()}`,
    { pid: handle.pid },
  )
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
