import { SuperviseError, type SuperviseErrorCode } from '../errors.ts'
import { defined } from '../option-checks.ts'
import type { SpawnOptions } from '../options.ts'
import { assertAgentId } from '../process/agent-id.ts'
import { READY_TIMEOUT } from '../process/spawner.ts'
import type { Refusal } from '../process/refusal.ts'
import { checkSpawnOptions } from '../resolve-options.ts'
import { HandleEvents, SimulatedHandle } from './handle.ts'
import { playable } from './playable.ts'
import { type Started, type Starts, systemError } from './starts.ts'
import type { World } from './world.ts'

/** How the errors of refused starts are called; the others are `ERR_AGENT_SPAWN_FAILED`. */
const CODES: Readonly<Partial<Record<Refusal, SuperviseErrorCode>>> = {
  notFound: 'ERR_AGENT_NOT_FOUND',
  missingDirectory: 'ERR_RUNTIME_DIR',
  notExecutable: 'ERR_AGENT_NOT_EXECUTABLE',
  badInterpreter: 'ERR_AGENT_NOT_EXECUTABLE',
}

/** Starts agents of a simulation, as `Spawner` starts real ones. */
export class SimulatedSpawner {
  readonly #world: World
  readonly #starts: Starts
  readonly #defaults: SpawnOptions

  /** @internal `Simulation` makes it. */
  constructor(world: World, starts: Starts, defaults: SpawnOptions) {
    this.#world = world
    this.#starts = starts
    this.#defaults = defaults
  }

  /**
   * Starts an agent. Resolves once its process exists; `handle.ready` tells when it is up. Rejects as `Spawner.spawn` does; of
   * the options those about time, readiness and the script have an effect.
   */
  async spawn(agentId: string, options: SpawnOptions = {}): Promise<SimulatedHandle> {
    assertAgentId(agentId)
    checkSpawnOptions(options)
    const merged = { ...this.#defaults, ...defined(options) }
    const script = playable(merged.script ?? {})
    const readyWhen = merged.readyWhen ?? 'protocol'
    merged.signal?.throwIfAborted()
    const events = new HandleEvents()
    const started = this.#starts.start(
      `/simulation/${agentId}`,
      merged.args ?? [],
      { detached: true },
      { id: agentId, script },
      { saysReady: readyWhen === 'protocol', throws: false, ...events.told },
    )
    const { life } = started
    if (!life) throw await this.#refused(started)
    const handle = new SimulatedHandle(started, life.body, events, {
      world: this.#world,
      starts: this.#starts,
      readyWhen,
      readyTimeout: merged.readyTimeout ?? READY_TIMEOUT,
      closeGrace: merged.closeGrace ?? 3000,
      signal: merged.signal,
    })
    await microtasks(LAUNCH)
    return handle
  }

  async #refused({ attempt, child, refused }: Started): Promise<SuperviseError> {
    const cause: unknown = refused?.thrown
      ? systemError('spawn', refused)
      : await new Promise((resolve) => child.once('error', resolve))
    await microtasks(FAILED_LAUNCH)
    attempt.spawnFailed(refused?.code ?? 'UNKNOWN')
    const code = (attempt.refusal && CODES[attempt.refusal]) ?? 'ERR_AGENT_SPAWN_FAILED'
    return new SuperviseError(
      code,
      `agent "${attempt.agent}" could not be started: the fault ${attempt.refusal} of the test has it so (${refused?.code}).`,
      { file: child.spawnfile, cause },
    )
  }
}

/**
 * How many microtasks it takes `Spawner` to hand out what it has started, or to note that it could not: what goes on at the
 * same time is ahead of that, and has to be here, too.
 */
const LAUNCH = 2
const FAILED_LAUNCH = 3

async function microtasks(count: number): Promise<void> {
  for (let done = 1; done < count; done++) await Promise.resolve()
}
