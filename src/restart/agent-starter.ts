import type { SpawnOptions } from '../options.ts'
import type { Running, Starter } from './restart-loop.ts'

/** Starts agents, as a `Spawner` does. */
export interface AgentSpawner {
  spawn(id: string, options: SpawnOptions): Promise<StartedAgent>
}

/** An agent that an `AgentSpawner` has started, such as an `AgentHandle`. */
export interface StartedAgent extends Running {
  readonly ready: Promise<void>
  close(): Promise<unknown>
}

/**
 * Has a restart loop start an agent: it is started when it is ready. One that does not become ready is stopped, with
 * all it started, before the start counts as failed.
 */
export class AgentStarter implements Starter {
  readonly #spawner: AgentSpawner
  readonly #id: string
  readonly #options: SpawnOptions

  constructor(spawner: AgentSpawner, id: string, options: SpawnOptions = {}) {
    this.#spawner = spawner
    this.#id = id
    this.#options = options
  }

  async start(signal: AbortSignal): Promise<Running> {
    const handle = await this.#spawner.spawn(this.#id, { ...this.#options, signal })
    try {
      await handle.ready
    } catch (error) {
      await handle.close()
      throw error
    }
    return handle
  }
}
