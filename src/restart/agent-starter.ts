import type { SpawnOptions } from '../options.ts'
import type { Spawner } from '../process/spawner.ts'
import type { Running, Starter } from './restart-loop.ts'

/**
 * Has a restart loop start an agent: it is started when it is ready. One that does not become ready is stopped, with
 * all it started, before the start counts as failed.
 */
export class AgentStarter implements Starter {
  readonly #spawner: Spawner
  readonly #id: string
  readonly #options: SpawnOptions

  constructor(spawner: Spawner, id: string, options: SpawnOptions = {}) {
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
