import type { VirtualClockOptions } from './clock/clock-options.ts'
import type { AgentScript } from './protocol/frames.ts'

/**
 * What to start as an agent: a TypeScript or JavaScript file that is compiled; a build command, `{out}` in which
 * stands for the executable it must write and `inputs` for the globs of what it reads; or a program to run as it is.
 */
export type AgentEntry =
  | string
  | { readonly command: readonly string[]; readonly inputs: readonly string[]; readonly cwd?: string }
  | { readonly run: readonly string[]; readonly cwd?: string }

/** How it is known that an agent is up: it says so, it exists, or it has printed a line. */
export type ReadyWhen = 'protocol' | 'spawn' | { stdout: string | RegExp } | { stderr: string | RegExp }

/** How one agent is started and stopped. Times in ms. */
export interface SpawnOptions {
  /** Arguments after those of the agent's own entry. */
  args?: readonly string[]
  /** Variables added to the agent's environment. They win over everything but the protocol's own. */
  env?: Readonly<Record<string, string>>
  /**
   * What else the agent inherits of this process's environment: everything, or these variables. By default only what
   * programs need to start: see `hermeticEnvironment`.
   */
  inheritEnv?: boolean | readonly string[]
  /** Default: the runtime directory. */
  cwd?: string
  /** How long the agent may take to become ready. Default 5000; in a test, less than the test's own timeout. */
  readyTimeout?: number
  /** How long it may take to exit after SIGTERM, before SIGKILL. Default 3000. */
  closeGrace?: number
  /** Ends the wait for the process to exist and for `ready`, not the agent. */
  signal?: AbortSignal
  /** What the scripted agent does. */
  script?: AgentScript
  /** Default `'protocol'`. */
  readyWhen?: ReadyWhen
  /**
   * `'virtual'` has the agent's own timers go by the fixture `clock` in tests that have it, and those of Node programs that it starts.
   * For agents that run in Node. Default `'real'`: what an agent waits for by the protocol is virtual there in any case.
   */
  clock?: 'real' | 'virtual'
}

/** How a supervisor is started and stopped. Times in ms. */
export interface SupervisorOptions {
  /** Variables added to its environment. They win over everything but `SUPERVISE_MARK` and `SUPERVISE_RUNTIME_DIR`. */
  env?: Readonly<Record<string, string>>
  /** What else it inherits of this process's environment: everything, or these variables. Default: as for an agent. */
  inheritEnv?: boolean | readonly string[]
  /** Default: the runtime directory. */
  cwd?: string
  /** By which `close()` asks it to end. Default SIGTERM. */
  stopSignal?: NodeJS.Signals
  /** How long it may take to end after that, before SIGKILL. ms, of virtual time under `clock: 'virtual'`. Default 3000. */
  closeGrace?: number
  /**
   * `'virtual'` has it go by the fixture `clock`, and all Node programs that it starts: their timers wait until the test moves time.
   * For programs that run in Node. Default `'real'`.
   */
  clock?: 'real' | 'virtual'
  /** Has it not be started any more. */
  signal?: AbortSignal
}

/** How a supervisor is started. */
export interface SupervisorCommand extends Pick<SupervisorOptions, 'env' | 'inheritEnv' | 'cwd'> {
  readonly file: string
  readonly args?: readonly string[]
}

/** How a supervisor is ended, and when that is due. Times in ms of real time. */
export interface RemainsOptions {
  /** The ways to end it, each with a supervisor of its own. Default: `['eof', 'SIGTERM', 'SIGKILL']`. */
  by?: readonly ('eof' | NodeJS.Signals)[]
  /** How long it may take to end, and as long again, what it has started. Default 2000. */
  within?: number
  /**
   * What it prints when it has started everything. Default: it has started something, if that is an agent of the test by
   * `agentCommand`, it is ready, and nobody in the tree is at work.
   */
  ready?: { stdout: string | RegExp } | { stderr: string | RegExp }
  /** How long that may take. Default 5000; in a test, less than the test's own timeout. */
  readyTimeout?: number
}

/** What becomes of the traffic of children that no handler answers. */
export interface NetworkOptions {
  /**
   * `'error'`: a network error in the child, and the test fails with a list of it. `'warn'`: a warning, and it goes to the
   * real server. `'bypass'`: it goes there. Default `'error'`.
   */
  onUnhandledRequest?: 'error' | 'warn' | 'bypass'
  /** The same, as MSW 3 calls it. */
  onUnhandledFrame?: 'error' | 'warn' | 'bypass'
}

/** The options of a project, a file or a group of tests. Structured-cloneable: they cross to the workers. */
export interface SuperviseOptions {
  /** The agent that tests get. Default: the scripted agent of this package. */
  agent?: AgentEntry
  /** More agents, by name, for `spawnAgent({ agent: name })`. */
  agents?: Readonly<Record<string, AgentEntry>>
  /** Defaults of every spawn; a spawn's own argument wins, key by key. */
  spawn?: SpawnOptions
  /** How many pairs of a runtime directory and a ready agent each worker keeps ahead. Default 0. */
  prewarm?: number
  /** Whether the runtime directory outlives its test, if there is anything in it. Default `'on-failure'`. */
  keepRuntimeDir?: 'never' | 'on-failure' | 'always'
  /** Whether the agents' stdout and stderr are printed after the test. Default `'on-failure'`. */
  output?: 'never' | 'on-failure' | 'always'
  /**
   * Whether a picture of its timeline is attached to the test, for Vitest's UI and HTML report. Default `'on-failure'`. Where
   * `vitest-supervise/reporter` is among the reporters, its page has the timelines of all tests, whatever is said here.
   */
  picture?: 'never' | 'on-failure' | 'always'
  /** What a process that outlives its test does to the test. It is killed either way. Default `'fail'`. */
  leaks?: 'fail' | 'warn'
  /** What becomes of a test that asks for a fault which this machine cannot do. Default `'skip'`, with the reason. */
  unavailableFaults?: 'skip' | 'fail'
  /** The network of the children, for tests that ask for it. Its keys are merged like those of `spawn`. */
  network?: NetworkOptions
  /** The virtual clock, for tests that ask for one. Its keys are merged like those of `spawn`. */
  clock?: VirtualClockOptions
}
