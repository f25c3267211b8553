import path from 'node:path'

import type { TestClock } from '../clock/test-clock.ts'
import type { HarnessClock } from './clock.ts'
import type { FaultPlan } from '../fault/fault-plan.ts'
import {
  agentPathOf,
  type HarnessLimits,
  type HarnessParts,
  type SpawnAgentOptions,
  supervisorOptions,
} from './parts.ts'
import type { HarnessProcesses } from './processes.ts'
import type { SupervisorOptions } from '../options.ts'
import { type AgentCommand, AgentCommands } from '../process/agent-command.ts'
import type { AgentEvent } from '../process/agent-event.ts'
import type { AgentHandle } from '../process/agent-handle.ts'
import type { AttemptContext } from '../process/attempt.ts'
import { Attempts } from '../process/attempts.ts'
import type { ClockPlace } from '../process/clock-place.ts'
import { READY_TIMEOUT, Spawner } from '../process/spawner.ts'
import { startSupervisor } from '../process/start-supervisor.ts'
import type { SupervisorHandle } from '../process/supervisor-handle.ts'
import type { Surroundings } from '../process/surroundings.ts'
import { checkSpawnAgentOptions } from '../resolve-options.ts'

/** @internal What the starts of one harness share with it. */
export interface HarnessStartsContext {
  readonly parts: HarnessParts
  readonly mark: string
  /** Tells the files of this harness from those of others in the run's directory. */
  readonly name: string
  readonly runtimeDir: string
  readonly clock: TestClock
  readonly faults: FaultPlan
  readonly processes: HarnessProcesses
  readonly surroundings: Surroundings
  readonly places: HarnessClock
  readonly limits: () => HarnessLimits
  readonly observe: (event: AgentEvent) => void
}

/** @internal Everything by which one harness has agents and supervisors started. */
export class HarnessStarts {
  readonly #context: HarnessStartsContext
  readonly #attempts = new Attempts()
  #spawner: Spawner | undefined
  #commands: AgentCommands | undefined
  #command: AgentCommand | undefined
  #ids = 0

  constructor(context: HarnessStartsContext) {
    this.#context = context
  }

  get spawner(): Spawner {
    return (this.#spawner ??= this.spawnerOf(this.#context.parts.agentPath))
  }

  spawnerOf(agentPath: string): Spawner {
    const { parts, mark, runtimeDir, clock, processes, surroundings, places, limits } = this.#context
    return new Spawner(
      { agentPath, runtimeDir },
      {
        mark,
        clock,
        router: clock,
        surroundings,
        nextPlace: () => places.nextPlace(),
        ...this.#attemptContext,
        readyTimeout: () => (clock.virtual ? READY_TIMEOUT : limits().ready),
        defaults: parts.options.spawn,
        onSpawn: (handle) => processes.adopt(handle),
        onClosed: (handle) => processes.release(handle),
      },
    )
  }

  /** The executable of an agent, by its name in the option `agents`. Throws `ERR_AGENT_UNKNOWN`. */
  agentPath(agent: string | undefined): string {
    return agentPathOf(this.#context.parts, agent)
  }

  /** Undefined before anybody has asked for a command. */
  get commands(): AgentCommands | undefined {
    return this.#commands
  }

  get command(): AgentCommand {
    const { parts, mark, name, runtimeDir, clock, surroundings, places } = this.#context
    const { spawn } = parts.options
    this.#commands ??= new AgentCommands({
      dir: parts.run.dir,
      name,
      mark,
      runtimeDir,
      clock,
      router: clock,
      surroundings,
      nextPlace: () => places.nextPlace(),
      ...this.#attemptContext,
      script: spawn.script ?? {},
      env: spawn.env ?? {},
      agentPath: (agent) => this.agentPath(agent),
    })
    return (this.#command ??= this.#commands.create({
      id: 'agent',
      args: spawn.args ?? [],
      ...(spawn.clock && { clock: spawn.clock }),
    }))
  }

  /** Resolves once the process exists. Rejects as `Spawner.spawn` does, or with `ERR_AGENT_UNKNOWN`. */
  async spawn(given: SpawnAgentOptions): Promise<AgentHandle> {
    checkSpawnAgentOptions(given)
    const { id, agent, ...options } = given
    const spawner = agent === undefined ? this.spawner : this.spawnerOf(this.agentPath(agent))
    return spawner.spawn(id ?? `agent-${++this.#ids}`, options)
  }

  supervise(file: string, args: readonly string[], options: SupervisorOptions): Promise<SupervisorHandle> {
    if (options.clock !== 'virtual') return this.#supervise(file, args, options, undefined)
    return this.#context.places.admit((place) => this.#supervise(file, args, options, place))
  }

  #supervise(
    file: string,
    args: readonly string[],
    options: SupervisorOptions,
    place: ClockPlace | undefined,
  ): Promise<SupervisorHandle> {
    const { parts, mark, runtimeDir, clock, processes, surroundings } = this.#context
    return startSupervisor(file, args, supervisorOptions(parts.options.spawn, options), {
      runtimeDir,
      clock,
      surroundings,
      place,
      mark: this.#attempts.nextMark(mark),
      onStart: (handle) => processes.adopt(handle),
      onClosed: (handle) => processes.release(handle),
    })
  }

  get #attemptContext(): AttemptContext {
    const { parts, name, faults, observe } = this.#context
    return { attempts: this.#attempts, faults, place: path.join(parts.run.dir, name), observe }
  }
}
