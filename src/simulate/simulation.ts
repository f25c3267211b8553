import type { spawn } from 'node:child_process'

import { FaultPlan } from '../fault/fault-plan.ts'
import { assertAgentId } from '../process/agent-id.ts'
import type { AttemptContext } from '../process/attempt.ts'
import { Attempts } from '../process/attempts.ts'
import type { AgentScript } from '../protocol/frames.ts'
import { checkCommandOptions } from '../resolve-options.ts'
import { Timeline } from '../timeline/timeline.ts'
import { childProcessOf, type SimulatedChildProcess } from './child-process.ts'
import { HeapClock, type HeapTimers } from './heap-clock.ts'
import { refusalInSimulation } from './refusals.ts'
import { playable } from './playable.ts'
import { type RunOptions, runTo, runUntil } from './run.ts'
import { SimulatedSpawner } from './spawner.ts'
import { type SimulatedProcess, Starts } from './starts.ts'
import { World } from './world.ts'

/** How the agents of a `Simulation` behave, and in which order they are heard. */
export interface SimulationOptions {
  /** The order in which processes are heard that have done something at the same time. Default: that of their starts. */
  readonly seed?: number
  /** What agents do that say nothing else. */
  readonly script?: AgentScript
}

/** What of a command is one's own. */
export interface SimulatedCommandOptions {
  /** Default `agent`. */
  readonly id?: string
  readonly script?: AgentScript
}

/** A command that starts an agent of a simulation, by the `spawn` of that alone. */
export interface SimulatedCommand {
  readonly id: string
  readonly file: string
  readonly args: string[]
  readonly env: Record<string, string>
  /** The file for `fork`, and for `node`. */
  readonly module: string
}

/**
 * A world without real processes and real time, in which everything else is as in a test: a supervisor that is given
 * `spawn` and `timers` starts agents that play their scripts, are struck by `faults`, and leave a `timeline` with the
 * same text and the same hash as with real processes under the virtual clock. Its time costs nothing, and moves only
 * by `next`, `advance` and `run`. POSIX, wherever it runs.
 */
export class Simulation {
  readonly clock = new HeapClock()
  /** `setTimeout` and the others, on its clock. */
  readonly timers: HeapTimers = this.clock.timers
  /** Which faults strike its agents, and when. Those that cannot happen without a real process are `ERR_FAULT_UNSUPPORTED`. */
  readonly faults: FaultPlan
  /** What happened to its agents. */
  readonly timeline: Timeline
  /**
   * `spawn` of `node:child_process` in this world: it finds the commands of this simulation and no other files. Options that
   * have an effect are `stdio`, `signal`, `timeout`, `killSignal`, `detached` and `shell`.
   */
  readonly spawn: typeof spawn
  /**
   * `spawn`, `fork`, `exec` and `execFile` in this world. `fork` and `node` take the module of a command, and shells lines of one
   * command; of the system's programs there are `ps` and `pgrep`.
   */
  readonly childProcess: SimulatedChildProcess
  /** Starts agents, and gives handles of them. */
  readonly spawner: SimulatedSpawner
  readonly #world: World
  readonly #starts: Starts
  readonly #script: AgentScript
  #commands = 0

  constructor({ seed, script = {} }: SimulationOptions = {}) {
    const { clock } = this
    this.#script = script
    this.#world = new World(clock, seed)
    this.timeline = new Timeline({ now: () => clock.now, virtual: () => true })
    this.faults = new FaultPlan(clock, undefined, refusalInSimulation)
    const context: AttemptContext = {
      attempts: new Attempts(),
      faults: this.faults,
      place: '/simulation/place',
      observe: (event) => this.timeline.record(event),
    }
    this.#starts = new Starts(this.#world, context)
    this.spawner = new SimulatedSpawner(this.#world, this.#starts, { script })
    this.childProcess = childProcessOf(this.#starts, clock)
    this.spawn = this.childProcess.spawn
  }

  /** The live processes: agents, and what those have started. */
  get processes(): SimulatedProcess[] {
    return this.#starts.processes
  }

  /**
   * The command of an agent of this simulation. Each call gives another one, also for the same id. Throws
   * `ERR_AGENT_ID_INVALID`, `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID`.
   */
  command(options: SimulatedCommandOptions = {}): SimulatedCommand {
    checkCommandOptions(options)
    const { id = 'agent', script = this.#script } = options
    assertAgentId(id)
    const file = `/simulation/${++this.#commands}/${id}`
    const module = `${file}.cjs`
    this.#starts.add({ file, module, id, script: playable(script) })
    return Object.freeze({ id, file, args: [], env: {}, module })
  }

  /** `process.kill` in this world; a negative pid is a process group. Throws an error with the code `ESRCH` if there is none. */
  kill(pid: number, signal: NodeJS.Signals | number = 'SIGTERM'): true {
    return this.#starts.kill(pid, signal)
  }

  /** Lets everything come to rest, without moving time. */
  settle(): Promise<void> {
    return this.#world.settle()
  }

  /** Moves to the next timer, calls it, and lets everything come to rest. False if none was set. */
  async next(): Promise<boolean> {
    await this.#world.settle()
    const called = this.clock.next()
    await this.#world.settle()
    return called
  }

  /** Moves by `ms`, calling each timer that is due until then at its time and letting everything come to rest after each. */
  advance(ms: number): Promise<void> {
    return runTo(this.#world, this.clock.now + ms)
  }

  /**
   * Moves from timer to timer until the promise has settled, and gives its outcome; or until the condition holds, which is
   * asked whenever everything is at rest. Rejects with `ERR_CLOCK_DEADLOCK` when nothing can happen any more, with
   * `ERR_CLOCK_LIMIT` before time would move further than `limit`, with `ERR_CLOCK_STALLED` when something does not come
   * to rest, with the reason of `signal`, and with what a timer's callback throws.
   */
  run(condition: () => boolean, options?: RunOptions): Promise<void>
  run<T>(promise: PromiseLike<T>, options?: RunOptions): Promise<T>
  async run<T>(what: PromiseLike<T> | (() => boolean), options?: RunOptions): Promise<T | void> {
    if (typeof what === 'function') return runUntil(this.#world, what, options)
    let settled = false
    const outcome = Promise.resolve(what)
    outcome.then(
      () => (settled = true),
      () => (settled = true),
    )
    await runUntil(this.#world, () => settled, options)
    return outcome
  }

  /** Ends it: its processes are gone, and nothing is heard of them. Idempotent. */
  close(): void {
    this.#world.close()
    this.#starts.close()
  }
}
