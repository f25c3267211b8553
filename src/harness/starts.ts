import path from 'node:path'

import type { TestClock } from '../clock/test-clock.ts'
import type { FaultPlan } from '../fault/fault-plan.ts'
import { agentPathOf, type HarnessLimits, type HarnessParts, supervisorOptions } from './parts.ts'
import type { HarnessProcesses } from './processes.ts'
import type { SupervisorOptions } from '../options.ts'
import { type AgentCommand, AgentCommands } from '../process/agent-command.ts'
import type { AgentEvent } from '../process/agent-event.ts'
import type { AttemptContext } from '../process/attempt.ts'
import { Attempts } from '../process/attempts.ts'
import { READY_TIMEOUT, Spawner } from '../process/spawner.ts'
import { startSupervisor } from '../process/start-supervisor.ts'
import type { SupervisorHandle } from '../process/supervisor-handle.ts'
import type { Surroundings } from '../process/surroundings.ts'

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

  constructor(context: HarnessStartsContext) {
    this.#context = context
  }

  get spawner(): Spawner {
    return (this.#spawner ??= this.spawnerOf(this.#context.parts.agentPath))
  }

  spawnerOf(agentPath: string): Spawner {
    const { parts, mark, runtimeDir, clock, processes, surroundings, limits } = this.#context
    return new Spawner(
      { agentPath, runtimeDir },
      {
        mark,
        clock,
        router: clock,
        surroundings,
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
    const { parts, mark, name, runtimeDir, clock, surroundings } = this.#context
    const { spawn } = parts.options
    this.#commands ??= new AgentCommands({
      dir: parts.run.dir,
      name,
      mark,
      runtimeDir,
      clock,
      router: clock,
      surroundings,
      ...this.#attemptContext,
      script: spawn.script ?? {},
      env: spawn.env ?? {},
      agentPath: (agent) => this.agentPath(agent),
    })
    return (this.#command ??= this.#commands.create({ id: 'agent', args: spawn.args ?? [] }))
  }

  supervise(file: string, args: readonly string[], options: SupervisorOptions): Promise<SupervisorHandle> {
    const { parts, mark, runtimeDir, clock, processes, surroundings } = this.#context
    return startSupervisor(file, args, supervisorOptions(parts.options.spawn, options), {
      runtimeDir,
      clock,
      surroundings,
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
