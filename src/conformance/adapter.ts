import type { VirtualClock } from '../clock/virtual-clock.ts'
import type { HarnessLoopOptions } from '../harness/loop.ts'
import { isRecord } from '../json.ts'
import {
  type Check,
  checkOptions,
  type Checks,
  invalidOption,
  milliseconds,
  oneOf,
  wholeNumber,
} from '../option-checks.ts'
import type { SpawnOptions } from '../options.ts'
import type { AgentCommand } from '../process/agent-command.ts'
import type { AgentOutput } from '../process/agent-output.ts'
import type { Spawner } from '../process/spawner.ts'
import type { WatchResult } from '../process/watcher.ts'
import type { RestartLoop } from '../restart/restart-loop.ts'
import { RestartLoopPolicy } from '../restart/policy.ts'
import type { Scope } from '../scope.ts'
import type { Timeline } from '../timeline/timeline.ts'

/** How a supervisor has ended. One that is no process counts as one that exits with 0, or with 1 if it reports a failure. */
export type SupervisorEnd = Pick<WatchResult, 'exitCode' | 'signal'>

/**
 * A supervisor that runs. What the fixture `supervise` gives is one; what is absent makes the checks that need it not
 * applicable.
 */
export interface SupervisorUnderTest {
  /** Settles when the supervisor itself has ended. */
  readonly exited: Promise<SupervisorEnd>
  /** Sends it a signal. Absent: it is no process. */
  kill?(signal?: NodeJS.Signals): boolean
  /** Ends its standard input. */
  endInput?(): void
  readonly stdout?: Pick<AgentOutput, 'line'>
}

/** What an adapter may use. */
export interface ConformanceContext<Supervise = unknown> {
  /** Starts the program that is to be supervised: by its `file` alone, where that is all that can be said. */
  readonly command: AgentCommand
  /** The same program for what starts it by the fixtures `spawner` or `restartLoop`. */
  readonly spawn: SpawnOptions
  /** Under which it is to be supervised: one of those that the adapter declares, else `never`. */
  readonly policy: RestartLoopPolicy
  /** An empty directory of this check, for files of configuration. */
  readonly dir: string
  readonly timeline: Timeline
  readonly scope: Scope
  readonly spawner: Spawner
  /** The fixture of this name; in virtual time, what it starts goes by the clock unless its option `clock` is `'real'`. */
  readonly supervise: Supervise
  /** The fixture of this name; only in virtual time. */
  readonly restartLoop: (options: HarnessLoopOptions) => RestartLoop
  /** The fixture of this name; only in virtual time. */
  readonly clock: VirtualClock | undefined
}

/** What is declared of the exit code of the supervisor: this number, or any other than 0. */
export type DeclaredCode = number | 'non-zero'

/** What a supervisor says of itself, in its documentation and by how the adapter configures it. Times are in ms. */
export interface SupervisorFacts {
  /** Under which policies the adapter can start it. Default: none, it never restarts anything by itself. */
  readonly policies?: readonly RestartLoopPolicy[]
  /** From each exit to the next start, in a row of crashes: as many as are to be measured. */
  readonly delays?: readonly number[]
  /** By how much a delay may be longer. Default 50; in virtual time 0, since nothing comes late there. */
  readonly tolerance?: number
  /** After so long an uptime the delays begin anew. */
  readonly resetAfter?: number
  /** It gives up after so many restarts in a row. */
  readonly maxRestarts?: number
  /** How long the program has to exit when it is stopped. */
  readonly grace?: number
  /** What it does after that. Default `kill`. */
  readonly afterGrace?: 'kill' | 'wait'
  /** Whom it stops: the program itself, its process group, or all that it has started. Default `tree`. */
  readonly stops?: 'process' | 'group' | 'tree'
  /** With what it exits after the program has failed under `never`, was killed under `never`, and was given up. */
  readonly exitCodes?: {
    readonly failure?: DeclaredCode
    readonly signal?: DeclaredCode
    readonly givenUp?: DeclaredCode
  }
  /** It passes on what the program prints. */
  readonly passesOutput?: boolean
  /** It ends, and stops the program, when its standard input ends. */
  readonly endsWithInput?: boolean
  /** Nothing of the program is left when the supervisor itself is killed. */
  readonly leavesNothingWhenKilled?: boolean
  /** How long what should happen may take in real time, beyond the times declared here. Default 10,000. */
  readonly patience?: number
  /**
   * How long to watch that nothing is started. Default: half a second more than the longest of the delays; in virtual time,
   * ten minutes.
   */
  readonly quiet?: number
}

/** What connects a supervisor with the checks. */
export interface SupervisorAdapter<S extends SupervisorUnderTest = SupervisorUnderTest, Supervise = unknown> {
  /** Starts it over the program of the context. It may return before that is up. */
  start(context: ConformanceContext<Supervise>): S | Promise<S>
  /** Stops it as documented; resolves when it says that it is done. Default: SIGTERM, then its exit. */
  stop?(supervisor: S): unknown
  /** Asks for a restart of the program that runs. Absent: it cannot be asked. */
  restart?(supervisor: S): unknown
  /**
   * In which time it lives. `virtual`: in that of the test, be it in the test's own process or a Node program started by
   * `supervise`; what does not go by that clock fails with `ERR_CLOCK_NOT_JOINED`. Default: it is started once to find out, and is
   * `virtual` if it is started by `supervise` and goes by the clock; else it is `real`, and the score card says why.
   */
  readonly time?: 'real' | 'virtual'
  readonly facts?: SupervisorFacts
}

/** Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID` for an adapter, or facts, that cannot be meant. */
export function checkAdapter(adapter: unknown): void {
  if (!isRecord(adapter))
    throw invalidOption('conformance', 'adapter', adapter, 'an object with a method `start`')
  checkOptions('conformance', adapter, ADAPTER)
  if (adapter['start'] === undefined) throw invalidOption('conformance', 'start', undefined, START)
}

const START = 'a function that starts the supervisor'

const ADAPTER: Checks = {
  start: (value) => (typeof value === 'function' ? undefined : START),
  stop: (value) => (typeof value === 'function' ? undefined : 'a function that stops the supervisor'),
  restart: (value) => (typeof value === 'function' ? undefined : 'a function that asks for a restart'),
  time: oneOf('real', 'virtual'),
  facts(value) {
    if (!isRecord(value)) return 'an object such as { policies: ["always"] }'
    checkOptions('conformance', value, FACTS, 'facts.')
    return undefined
  },
  known: (value) =>
    isRecord(value) ? undefined : 'an object: the name of each check, and where it is reported',
  report: (value) => (typeof value === 'string' && value !== '' ? undefined : 'a path without an extension'),
}

const flag = oneOf(true, false)
const policy = oneOf(...Object.values(RestartLoopPolicy))
const code: Check = (value) =>
  value === 'non-zero' ? undefined : wholeNumber(255)(value, '') && '"non-zero" or a code from 0 to 255'

const CODES: Record<keyof NonNullable<SupervisorFacts['exitCodes']>, Check> = {
  failure: code,
  signal: code,
  givenUp: code,
}
const FACTS: Record<keyof SupervisorFacts, Check> = {
  policies: listOf(policy, 'a list of "never", "on-failure" and "always"'),
  delays: listOf(milliseconds, 'a list of numbers of milliseconds'),
  tolerance: milliseconds,
  resetAfter: milliseconds,
  maxRestarts: wholeNumber(),
  grace: milliseconds,
  afterGrace: oneOf('kill', 'wait'),
  stops: oneOf('process', 'group', 'tree'),
  exitCodes: (value) => {
    if (!isRecord(value)) return '{ failure, signal, givenUp }'
    checkOptions('conformance', value, CODES, 'facts.exitCodes.')
    return undefined
  },
  passesOutput: flag,
  endsWithInput: flag,
  leavesNothingWhenKilled: flag,
  patience: milliseconds,
  quiet: milliseconds,
}

function listOf(check: Check, expected: string): Check {
  return (value, path) =>
    Array.isArray(value) && value.every((item) => check(item, path) === undefined) ? undefined : expected
}
