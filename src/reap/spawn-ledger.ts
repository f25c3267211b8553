import { AsyncLocalStorage } from 'node:async_hooks'
import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'

/** A process that the code of a test started itself. */
export interface DirectSpawn {
  readonly child: ChildProcess
  /** Its `stack` leads to the call. */
  readonly site: Error
}

/** Notes which test starts which processes, however it starts them: through any module and any library. */
export class SpawnLedger {
  static readonly #current = new AsyncLocalStorage<SpawnLedger>()
  static #subscribed = false
  readonly spawns: DirectSpawn[] = []

  /** The ledger of the test on whose behalf this runs. */
  static get current(): SpawnLedger | undefined {
    return SpawnLedger.#current.getStore()
  }

  /** Runs `body`, and all that it starts later, on no test's account. */
  static exempt<T>(body: () => T): T {
    return SpawnLedger.#current.exit(body)
  }

  /** Runs `body`, and all that it starts later, on this ledger's account. */
  run<T>(body: () => T): T {
    if (!SpawnLedger.#subscribed) {
      SpawnLedger.#subscribed = true
      // Published by the constructor of ChildProcess: the process itself follows within the same call.
      subscribe('child_process', (message) => {
        const { process } = message as { process: ChildProcess }
        SpawnLedger.current?.spawns.push({ child: process, site: new Error('spawned here') })
      })
    }
    return SpawnLedger.#current.run(this, body)
  }
}
