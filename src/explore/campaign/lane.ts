import type { Worker } from 'node:worker_threads'

import { Tinypool } from 'tinypool'

import { builtFile } from '../../package-root.ts'
import { realDelay } from '../../real-time.ts'
import { abortable, deferred } from '../../wait.ts'
import { collectForThreads } from './collection.ts'
import { type Entry, Logbook } from './logbook.ts'
import type { Task, TaskResult } from './worker.ts'

/** How a task ended. `lost`: its thread did not come back, or is no more. */
export type LaneOutcome = TaskResult | Lost

export interface Lost {
  readonly lost: string
  /** What it was playing. */
  readonly at: Entry
}

/** The longest time that a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1
/** How often a thread is looked after, in ms. */
const LOOK_MS = 100
/** What a thread may keep. Simulations keep next to nothing: who needs more never lets go of it. */
const HEAP_MB = 1024
/** By itself it would have less than a thread without limits, and take longer. */
const YOUNG_MB = 96

/**
 * A worker thread for one task after the other. A thread that takes too long over one play, or ends, is given up, and the
 * next task has a new one.
 */
export class Lane {
  readonly #logbook = new Logbook()
  readonly #patience: number
  readonly #onLook: () => void
  #open: Open | undefined

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
    const pool = this.#open?.pool ?? newPool()
    const done = pool.run({ ...task, logbook: this.#logbook.buffer }) as Promise<TaskResult>
    const { exited } = (this.#open ??= this.#opened(pool))
    const over = new AbortController()
    try {
      const outcome = await abortable(
        Promise.race([
          done.catch((error: unknown): Lost => this.#lost(reasonOf(error))),
          exited.then((why) => this.#lost(why)),
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
      over.abort()
      done.catch(() => {}) // A thread that is ended leaves its task undone.
    }
  }

  /** Ends the thread, whatever it is at. Idempotent. */
  async close(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    // Tinypool's own way never ends when the thread fails at this very moment.
    await open?.thread.terminate()
  }

  /** The thread that the pool has just made. The pool does not tell of one that exits: its task then never ends. */
  #opened(pool: Tinypool): Open {
    const { thread } = (pool.threads as unknown as [{ readonly thread: Worker }])[0]
    const exited = deferred<string>()
    const open = { pool, thread, exited: exited.promise }
    const forget = (): void => {
      if (this.#open === open) this.#open = undefined
    }
    thread.once('error', forget)
    thread.once('exit', (code) => {
      forget()
      exited.resolve(`its process exits with code ${code}`)
    })
    return open
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

interface Open {
  readonly pool: Tinypool
  readonly thread: Worker
  /** Resolves when the thread has ended by itself, or was ended. */
  readonly exited: Promise<string>
}

/** A pool that makes its one thread for its first task, keeps it, and makes no other for one that fails. */
function newPool(): Tinypool {
  collectForThreads()
  const pool = new Tinypool({
    filename: builtFile('src/explore/campaign/worker.ts'),
    runtime: 'worker_threads',
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: LONGEST_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
  })
  // A thread that fails when it is at no task is missed by nobody.
  pool.on('error', () => {})
  return pool
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? `it needs more than ${HEAP_MB} MiB of memory`
    : (message ?? String(error))
}
