import path from 'node:path'

import { DEFAULT_PATIENCE } from '../clock/clock-options.ts'
import { TestClock } from '../clock/test-clock.ts'
import type { VirtualClock } from '../clock/virtual-clock.ts'
import { FaultPlan } from '../fault/fault-plan.ts'
import { HarnessClock } from './clock.ts'
import { HarnessDirectory } from './directory.ts'
import { HarnessNetwork } from './network.ts'
import { HarnessLoop, type HarnessLoopOptions } from './loop.ts'
import { type HarnessLimits, type HarnessParts, type SpawnAgentOptions } from './parts.ts'
import { HarnessProcesses } from './processes.ts'
import { HarnessStarts } from './starts.ts'
import type { SupervisorOptions } from '../options.ts'
import type { AgentCommand, AgentCommands } from '../process/agent-command.ts'
import type { AgentEvent } from '../process/agent-event.ts'
import type { AgentHandle } from '../process/agent-handle.ts'
import { READY_TIMEOUT, type Spawner } from '../process/spawner.ts'
import type { SupervisorHandle } from '../process/supervisor-handle.ts'
import type { ProcessInfo } from '../process/table/index.ts'
import type { SpawnLedger } from '../reap/spawn-ledger.ts'
import type { Network } from '../network/network.ts'
import { checkSupervisorOptions, type ResolvedOptions } from '../resolve-options.ts'
import { realNow } from '../real-time.ts'
import type { RestartLoop } from '../restart/restart-loop.ts'
import { Scope } from '../scope.ts'
import type { Recording } from '../timeline/recording.ts'
import { Timeline } from '../timeline/timeline.ts'

const CLOSE_LIMIT_MS = 60_000

/**
 * Everything one test, or one script, starts: its runtime directory, its agents and their commands. `close()`, or the end
 * of an `await using` block, stops all of it and fails if something was left running.
 */
export class Harness implements AsyncDisposable {
  /** Fresh, mode 0700, with a short path. */
  readonly runtimeDir: string
  /** The compiled agent. */
  readonly agentPath: string
  /** Undoes what is registered with it before the agents are stopped. */
  readonly scope = new Scope()
  /** Which faults strike the agents, and when. */
  readonly faults: FaultPlan
  /** What happened to the agents. */
  readonly timeline: Timeline
  /** @internal */
  readonly options: ResolvedOptions
  /** @internal The time of the agents. */
  readonly clock = new TestClock()
  /** @internal Told of what happens to the agents, as it happens. */
  readonly observers = new Set<(event: AgentEvent) => void>()
  /** @internal What is in force when an agent is started, or the clock installed. */
  limits: HarnessLimits = { ready: READY_TIMEOUT, patience: DEFAULT_PATIENCE }
  readonly #opened = this.clock.now
  readonly #mark: string
  readonly #directory: HarnessDirectory
  readonly #processes: HarnessProcesses
  readonly #virtualClock: HarnessClock
  readonly #network: HarnessNetwork
  readonly #starts: HarnessStarts
  #recording: Recording | undefined
  #failed = false

  private constructor(parts: HarnessParts, mark: string, runtimeDir: string) {
    this.#mark = mark
    this.runtimeDir = runtimeDir
    this.agentPath = parts.agentPath
    this.options = parts.options
    this.#directory = new HarnessDirectory(runtimeDir, parts.options.keepRuntimeDir, parts.run)
    this.#processes = new HarnessProcesses(parts.run, mark, this.scope.signal)
    this.faults = new FaultPlan(this.clock, () => this.limits)
    const { clock } = this
    this.timeline = new Timeline({
      now: (real = realNow()) => (clock.virtual ? clock.now : real - this.#opened),
      virtual: () => clock.virtual,
      real: realNow,
    })
    this.observers.add((event) => {
      this.timeline.record(event)
      if (event.kind === 'exit') this.#network.ended(event.agent, event.attempt)
    })
    const files = { directory: parts.run.dir, name: path.extname(mark).slice(1) }
    const open = (): readonly string[] => this.#network.unanswered
    this.#virtualClock = new HarnessClock({ ...files, time: clock, processes: this.#processes, open })
    this.#network = new HarnessNetwork({
      ...files,
      project: parts.project ?? process.cwd(),
      onUnhandled: parts.options.network.onUnhandled,
      clock,
      router: clock,
      processes: this.#processes,
      commands: () => this.commands,
      observe: (event) => this.timeline.record(event),
    })
    this.#starts = new HarnessStarts({
      parts,
      mark,
      name: files.name,
      runtimeDir,
      clock,
      faults: this.faults,
      processes: this.#processes,
      surroundings: this.#network,
      places: this.#virtualClock,
      limits: () => this.limits,
      observe: (event) => {
        for (const observer of this.observers) observer(event)
      },
    })
    if (parts.ownsRun) this.scope.defer('the run', () => parts.run.close(), CLOSE_LIMIT_MS)
    // Undone last in, first out: faults, agents, leak check, network, directory.
    this.scope.defer(`the directory ${runtimeDir}`, () => this.#directory.settle(this.#failed))
    this.scope.defer('the network', () => this.#closeNetwork())
    this.scope.defer('the leak check', () => this.#checkLeaks())
    const grace = parts.options.spawn.closeGrace ?? 3000
    this.scope.defer('the agents', () => this.#processes.close(this.commands, grace), CLOSE_LIMIT_MS)
    this.scope.defer('the faults', () => this.#checkFaults())
  }

  /** @internal Use `createHarness`. */
  static async open(parts: HarnessParts): Promise<Harness> {
    return new Harness(parts, parts.run.nextMark(), await parts.run.nextDirectory())
  }

  /** Starts the agent, in this harness's directory and environment. */
  get spawner(): Spawner {
    return this.#starts.spawner
  }

  /** Starts the same agent from anything that starts programs. */
  get agentCommand(): AgentCommand {
    this.scope.throwIfClosed()
    return this.#starts.command
  }

  /**
   * Has time stand still for this thread and for the agents, until the harness is closed: only the clock that this
   * gives moves it. Throws `ERR_CLOCK_IN_USE` if something else has replaced the timers, another harness included.
   */
  installClock(): VirtualClock {
    this.scope.throwIfClosed()
    const clock = this.#virtualClock.install(this.options.clock, this.limits.patience)
    this.timeline.begin()
    this.commands?.refresh()
    this.scope.defer('the clock', () => this.#removeClock())
    return clock
  }

  /**
   * The network of the children: what is started from now on is answered by it, from its first request on. The same one at
   * every call. Rejects with `ERR_MSW_MISSING`, `ERR_MSW_UNSUPPORTED` or `ERR_PATH_TOO_LONG`.
   */
  openNetwork(): Promise<Network> {
    this.scope.throwIfClosed()
    return this.#network.open()
  }

  /** A restart loop over this harness's agents, on its clock and in its timeline. It ends with the harness. */
  restartLoop(options: HarnessLoopOptions): RestartLoop {
    this.scope.throwIfClosed()
    return new HarnessLoop(options, {
      spawner: this.spawner,
      clock: this.clock,
      timeline: this.timeline,
      seed: this.options.clock.seed ?? 0,
      signal: this.scope.signal,
    })
  }

  /** What the agents and supervisors of this harness printed, each under its name; empty if they printed nothing. */
  get output(): string {
    return this.#processes.output
  }

  /** @internal The timeline as it was when the harness began to close; undefined before, and if nothing had happened. */
  get recording(): Recording | undefined {
    return this.#recording
  }

  /** @internal What the virtual clock knows at this moment, in words; undefined in real time. */
  get clockState(): string | undefined {
    return this.#virtualClock.state
  }

  /** Where the runtime directory was kept, once the harness is closed. */
  get keptDir(): string | undefined {
    return this.#directory.kept
  }

  /** @internal Undefined before anybody has asked for `agentCommand`. */
  get commands(): AgentCommands | undefined {
    return this.#starts.commands
  }

  /** @internal Makes the harness answer for what the test starts without it, too. */
  answerFor(ledger: SpawnLedger): void {
    this.#processes.ledger = ledger
    ledger.mark = this.#mark
  }

  /** @internal A spawner of another executable, otherwise like `spawner`. */
  spawnerOf(agentPath: string): Spawner {
    return this.#starts.spawnerOf(agentPath)
  }

  /**
   * Starts an agent and waits until it is ready. Rejects as `Spawner.spawn` and `AgentHandle.ready` do, or with
   * `ERR_AGENT_UNKNOWN`; an agent that does not become ready is stopped before.
   */
  async spawnAgent(options: SpawnAgentOptions = {}): Promise<AgentHandle> {
    this.scope.throwIfClosed()
    const handle = await this.#starts.spawn(options)
    try {
      await handle.ready
      // A fault at ready comes right after that. Under a clock it is the test that lets it come.
      if (!this.clock.virtual) await this.faults.settle(handle.id, handle.attempt)
    } catch (error) {
      await handle.close().catch(() => {}) // Why it did not become ready says more.
      this.scope.throwIfClosed()
      // It arose where the agent was watched; what the reader looks for is where the agent was asked for.
      if (error instanceof Error) Error.captureStackTrace(error)
      throw error
    }
    return handle
  }

  /**
   * Starts a supervisor that is another process: a program in `PATH` or at a path, in this harness's directory and environment.
   * `env`, `inheritEnv`, `cwd` and `closeGrace` of the option `spawn` are its defaults, too. Resolves once the process
   * exists; with `clock: 'virtual'`, when it rests for the first time. Rejects with `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`,
   * `ERR_AGENT_NOT_FOUND`, `ERR_AGENT_NOT_EXECUTABLE`, `ERR_RUNTIME_DIR`, `ERR_AGENT_SPAWN_FAILED`, `ERR_CLOCK_NOT_JOINED` or
   * `ERR_CLOCK_STALLED`, or with the reason of `options.signal`; then nothing runs.
   */
  async supervise(
    file: string,
    args: readonly string[] = [],
    options: SupervisorOptions = {},
  ): Promise<SupervisorHandle> {
    this.scope.throwIfClosed()
    checkSupervisorOptions(file, args, options)
    return this.#starts.supervise(file, args, options)
  }

  /** Every live process that this harness started, and their descendants. */
  async processes(): Promise<ProcessInfo[]> {
    return this.#processes.list()
  }

  /**
   * Stops all supervisors and agents and removes the runtime directory. Rejects with `ERR_PROCESS_LEAK` if something else of the
   * harness still ran, after killing it, with `ERR_FAULT_UNFIRED` or `ERR_FAULT_UNSUPPORTED` if a fault that was injected
   * never happened, unless it has failed, and with whatever the scope's steps threw. Idempotent.
   * @param outcome whether what the harness served has failed: by default its directory is then kept
   */
  async close(outcome: { failed?: boolean } = {}): Promise<void> {
    if (this.timeline.length > 0) this.#recording ??= this.timeline.recording()
    this.#failed ||= outcome.failed ?? false
    await this.scope.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #removeClock(): void {
    const moving = this.#virtualClock.remove()
    // A test that has failed was left at any point.
    if (moving && !this.#failed) throw moving
  }

  /** A test that has failed says more about that than its faults. */
  async #checkFaults(): Promise<void> {
    if (this.#failed) return
    await this.faults.settle()
    const unfired = this.faults.unfired()
    if (!unfired) return
    this.#failed = true
    throw unfired
  }

  async #closeNetwork(): Promise<void> {
    try {
      await this.#network.close(this.#failed)
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  async #checkLeaks(): Promise<void> {
    const leak = await this.#processes.findLeak(this.commands)
    if (!leak) return
    if (this.options.leaks === 'warn') return console.warn(`vitest-supervise: ${leak.message}`)
    this.#failed = true
    throw leak
  }
}
