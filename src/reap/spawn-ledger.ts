import { AsyncLocalStorage } from 'node:async_hooks'
import type { ChildProcess } from 'node:child_process'

import { ENV } from '../protocol/frames.ts'
import { aroundStart, watchStarts } from '../starts.ts'

/** A process that the code of a test started itself. */
export interface DirectSpawn {
  readonly child: ChildProcess
  /** Its `stack` leads to the call. */
  readonly site: Error
}

/** Notes which test starts which processes, however it starts them: through any module and any library. */
export class SpawnLedger {
  static readonly #current = new AsyncLocalStorage<SpawnLedger>()
  static readonly #exempt = new SpawnLedger()
  static #subscribed = false
  readonly spawns: DirectSpawn[] = []
  /** What is started from now on carries this mark instead of the worker's, so that its own children are found, too. */
  mark: string | undefined

  /** The ledger of the test on whose behalf this runs. */
  static get current(): SpawnLedger | undefined {
    const ledger = SpawnLedger.#current.getStore()
    return ledger === SpawnLedger.#exempt ? undefined : ledger
  }

  /** Whether nobody has said on whose behalf this runs. */
  static get isNobodys(): boolean {
    return SpawnLedger.#current.getStore() === undefined
  }

  /** Runs `body`, and all that it starts later, on no test's account. */
  static exempt<T>(body: () => T): T {
    return SpawnLedger.#current.run(SpawnLedger.#exempt, body)
  }

  /** Runs `body`, and all that it starts later, on this ledger's account. */
  run<T>(body: () => T): T {
    if (!SpawnLedger.#subscribed) {
      SpawnLedger.#subscribed = true
      // Published by the constructor of ChildProcess: the process itself follows within the same call.
      watchStarts((child, entry) => {
        const ledger = SpawnLedger.current
        if (!ledger) return
        const site = new Error('spawned here')
        Error.captureStackTrace(site, entry)
        ledger.#note(child, site)
      })
    }
    return SpawnLedger.#current.run(this, body)
  }

  #note(child: ChildProcess, site: Error): void {
    this.spawns.push({ child, site })
    if (this.mark !== undefined) replaceMark(child, this.mark)
  }
}

/** Has the child, which is about to be started, inherit `mark` where it would inherit the worker's. */
function replaceMark(child: ChildProcess, mark: string): void {
  const inherited = `${ENV.mark}=${process.env[ENV.mark]}`
  aroundStart(child, (request, start) => {
    const { envPairs } = request
    const at = Array.isArray(envPairs) ? envPairs.indexOf(inherited) : -1
    if (Array.isArray(envPairs) && at !== -1) envPairs[at] = `${ENV.mark}=${mark}`
    return start(request)
  })
}
