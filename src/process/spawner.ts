import { randomBytes } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'

import { type Clock, systemClock } from '../clock/clock.ts'
import { OPEN_ROUTER, type Router } from '../clock/route.ts'
import { SuperviseError, systemCode } from '../errors.ts'
import type { SpawnOptions } from '../options.ts'
import { ENV } from '../protocol/frames.ts'
import { makeDirectory, removeDirectory } from '../directory.ts'
import { defined } from '../option-checks.ts'
import { checkSpawnOptions } from '../resolve-options.ts'
import { AgentHandle } from './agent-handle.ts'
import { assertAgentId } from './agent-id.ts'
import { Attempt, type AttemptContext } from './attempt.ts'
import { Attempts } from './attempts.ts'
import type { NextPlace } from './clock-place.ts'
import { hermeticEnvironment } from './environment.ts'
import { NO_FAULTS } from './fault-source.ts'
import { launch } from './launch.ts'
import { NO_SURROUNDINGS, type Surroundings } from './surroundings.ts'

/** The default of `readyTimeout`. */
export const READY_TIMEOUT = 5000

/** What a spawner starts, and where. */
export interface SpawnerOptions {
  /** The executable, as `buildAgentForTest()` resolves to it. */
  agentPath: string
  /** The agents' private directory. Default: a fresh one for each agent, removed when the agent has been closed. */
  runtimeDir?: string
  /** Variables added to the environment of every agent. */
  extraEnv?: Record<string, string>
  /** What timeouts and graces are measured by. Default: real time. */
  clock?: Clock
}

/** @internal What a spawner shares with the test it belongs to. */
export interface SpawnerContext extends AttemptContext {
  readonly mark: string
  readonly defaults: SpawnOptions
  /** The test's time, unless the spawner is given its own. */
  readonly clock: Clock
  readonly router: Router
  readonly surroundings: Surroundings
  readonly nextPlace: NextPlace
  /** The default of `readyTimeout` at this moment. */
  readonly readyTimeout: () => number
  /** Called in the tick in which the process came to be. */
  readonly onSpawn: (handle: AgentHandle) => void
  /** Called when it and all that it started are gone. */
  readonly onClosed: (handle: AgentHandle) => void
}

/** Starts agents: each a real process that leads its own group, with a control socket on descriptor 3. */
export class Spawner {
  readonly options: Readonly<SpawnerOptions>
  readonly #context: SpawnerContext

  /** @param context given by the harness; a spawner of your own needs none */
  constructor(options: SpawnerOptions, context: SpawnerContext = standalone()) {
    this.options = Object.freeze({ ...options })
    this.#context = context
  }

  /**
   * Starts the agent. Resolves once the process exists; `handle.ready` tells when it is up.
   * Rejects with `ERR_AGENT_ID_INVALID`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_AGENT_NOT_FOUND`,
   * `ERR_AGENT_NOT_EXECUTABLE`, `ERR_RUNTIME_DIR` or `ERR_AGENT_SPAWN_FAILED`, or with the reason of `options.signal`;
   * then nothing was started. A start that the system refused counts as an attempt.
   */
  async spawn(agentId: string, options: SpawnOptions = {}): Promise<AgentHandle> {
    assertAgentId(agentId)
    checkSpawnOptions(options)
    const context = this.#context
    const { attempts, defaults, onSpawn, onClosed } = context
    const { agentPath, clock = context.clock } = this.options
    const merged = { ...defaults, ...defined(options), env: { ...defaults.env, ...options.env } }
    merged.signal?.throwIfAborted()
    const runtimeDir = path.resolve(
      this.options.runtimeDir ?? (await makeDirectory(process.env[ENV.run] ?? os.tmpdir())),
    )
    const removeOwn = async (): Promise<void> => {
      if (this.options.runtimeDir === undefined) await removeDirectory(runtimeDir)
    }
    const mark = attempts.nextMark(context.mark)
    const readyWhen = merged.readyWhen ?? 'protocol'
    let attempt: Attempt | undefined
    let exists = false
    try {
      merged.signal?.throwIfAborted()
      attempt = new Attempt(agentId, context, readyWhen === 'protocol')
      const own = attempt
      const { refusal } = own
      const confined = own.confine(runtimeDir)
      const place = merged.clock === 'virtual' ? context.nextPlace() : undefined
      const around = context.surroundings.environment(
        hermeticEnvironment(runtimeDir, merged.inheritEnv),
        { ...this.options.extraEnv, ...merged.env },
        { agent: agentId, mark },
      )
      return await launch(
        {
          what: `agent "${agentId}"`,
          file: agentPath,
          args: merged.args ?? [],
          cwd: path.resolve(merged.cwd ?? runtimeDir),
          env: {
            ...around,
            ...place?.environment(around),
            [ENV.fd]: '3',
            [ENV.agent]: agentId,
            [ENV.runtimeDir]: runtimeDir,
            [ENV.mark]: mark,
            ...confined?.env,
          },
          before: confined?.command,
          control: true,
          signal: merged.signal,
          refusal: refusal && {
            kind: refusal,
            place: `${own.place}-${refusal}`,
            impossible: (reason) => own.cannotRefuse(reason),
          },
        },
        (child) => {
          exists = true
          own.spawned(child)
          const handle = new AgentHandle({
            attempt: own,
            child,
            mark,
            clock,
            router: context.router,
            script: merged.script ?? {},
            readyWhen,
            readyTimeout: merged.readyTimeout ?? context.readyTimeout(),
            closeGrace: merged.closeGrace ?? 3000,
            place,
            signal: merged.signal,
            async onClosed() {
              await removeOwn()
              onClosed(handle)
            },
          })
          onSpawn(handle)
          return handle
        },
      )
    } catch (error) {
      if (!exists) attempt?.spawnFailed(systemCode(causeOf(error)) ?? 'UNKNOWN')
      await removeOwn()
      throw error
    }
  }
}

/** What the system said, in what we say. */
function causeOf(error: unknown): unknown {
  return error instanceof SuperviseError ? error.cause : error
}

/** A spawner outside a harness: what it starts is found by the mark of this process, if it has one. */
function standalone(): SpawnerContext {
  const mark = process.env[ENV.mark]
  return {
    mark: `${mark === undefined ? '' : `${mark}.`}s${randomBytes(4).toString('hex')}`,
    attempts: new Attempts(),
    faults: NO_FAULTS,
    place: path.join(os.tmpdir(), 'vitest-supervise'),
    observe: () => {},
    clock: systemClock,
    router: OPEN_ROUTER,
    surroundings: NO_SURROUNDINGS,
    nextPlace: () => undefined,
    readyTimeout: () => READY_TIMEOUT,
    defaults: {},
    onSpawn: () => {},
    onClosed: () => {},
  }
}
