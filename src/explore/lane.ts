import type { Worker } from 'node:worker_threads'

import { Tinypool } from 'tinypool'

import { builtFile } from '../package-root.ts'
import { realDelay } from '../real-time.ts'
import { abortable, deferred } from '../wait.ts'
import { type Entry, Logbook } from './logbook.ts'
import type { Task, TaskResult } from './worker.ts'

/** How a task ended. `lost`: its thread did not come back, or is no more. */
export type LaneOutcome = TaskResult | Lost

export interface Lost {
  readonly lost: string
  /** What it was playing. */
  readonly at: Entry
}

/** How often a thread is looked after, in ms. */
const LOOK_MS = 100
/** What a thread may keep. Simulations keep next to nothing: who needs more never lets go of it. */
const HEAP_MB = 1024

/**
 * A worker thread for one task after the other. A thread that takes too long over one play, or ends, is given up, and the
 * next task has a new one.
 */
export class Lane {
  readonly #logbook = new Logbook()
  readonly #patience: number
  readonly #onLook: () => void
  #pool: Tinypool | undefined
  #closing: Promise<unknown> = Promise.resolve()

  /**
   * @param patience how long one play may take, in ms of real time in which this thread is not held up
   * @param onLook is called every 100 ms while a task goes on
   */
  constructor(patience: number, onLook: () => void) {
    this.#patience = patience
    this.#onLook = onLook
  }

  /** How many schedules of its task it has begun to play. */
  get number(): number {
    return this.#logbook.number
  }

  /** Resolves whatever becomes of the thread. Rejects with the reason of `signal`: then the thread is ended. */
  async run(task: Omit<Task, 'logbook'>, signal: AbortSignal): Promise<LaneOutcome> {
    signal.throwIfAborted()
    this.#logbook.clear()
    const pool = (this.#pool ??= open())
    const gone = deferred<string>()
    const onExit = (code: number): void => {
      this.#pool = undefined
      gone.resolve(`its process exits with code ${code}`)
    }
    // It is not told of by the pool, whose task then never ends.
    const thread = threadOf(pool)
    thread.once('exit', onExit)
    const over = new AbortController()
    const done = pool.run({ ...task, logbook: this.#logbook.buffer }) as Promise<TaskResult>
    try {
      const outcome = await abortable(
        Promise.race([
          done.catch((error: unknown): Lost => this.#lost(reasonOf(error))),
          gone.promise.then((why) => this.#lost(why)),
          this.#tooLong(over.signal).then((why) => this.#lost(why)),
        ]),
        signal,
      )
      if ('lost' in outcome) await this.close()
      return outcome
    } catch (error) {
      await this.close()
      throw error
    } finally {
      this.#logbook.clear()
      thread.off('exit', onExit)
      over.abort()
      done.catch(() => {}) // A thread that is ended leaves its task undone.
    }
  }

  /** Ends the thread, whatever it is at. Idempotent. */
  close(): Promise<unknown> {
    const pool = this.#pool
    this.#pool = undefined
    if (pool) this.#closing = pool.destroy()
    return this.#closing
  }

  #lost(lost: string): Lost {
    return { lost, at: this.#logbook.read() }
  }

  /** Resolves when it has been over one play for too long; never, when it is not. Time is counted in looks: a machine may sleep. */
  async #tooLong(signal: AbortSignal): Promise<string> {
    let number = this.number
    for (let looks = 0; looks * LOOK_MS < this.#patience; looks++) {
      try {
        await realDelay(LOOK_MS, signal)
      } catch {
        return '' // The task is over.
      }
      this.#onLook()
      if (this.number !== number) looks = 0
      number = this.number
    }
    return `it was still at it after ${this.#patience} ms of real time, in a loop that does not end`
  }
}

function open(): Tinypool {
  const pool = new Tinypool({
    filename: builtFile('src/explore/worker.ts'),
    runtime: 'worker_threads',
    minThreads: 1,
    maxThreads: 1,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  // A thread that fails when it is at no task is missed by its next one.
  pool.on('error', () => {})
  return pool
}

function threadOf(pool: Tinypool): Worker {
  return (pool.threads as unknown as [{ thread: Worker }])[0].thread
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? `it needs more than ${HEAP_MB} MiB of memory`
    : (message ?? String(error))
}
