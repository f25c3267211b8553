import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

import { Children } from './evidence/children.ts'

const TASKS = '/proc/self/task'

/**
 * The processes that worker threads have started: Node tells of them in those threads alone. Only Linux shows them, and
 * only for workers that began under the clock.
 */
export class WorkerChildren {
  #workers = false

  start(): void {
    if (isMainThread && process.platform === 'linux') subscribe('worker_threads', this.#onWorker)
  }

  stop(): void {
    unsubscribe('worker_threads', this.#onWorker)
  }

  /** Those that live, or have not been waited for. */
  get pids(): readonly number[] {
    if (!this.#workers) return []
    const children = new Children()
    const threads = readdirSync(TASKS).map(Number)
    return threads.flatMap((thread) => (thread === process.pid ? [] : childrenOfThread(children, thread)))
  }

  #onWorker = (): void => {
    this.#workers = true
  }
}

function childrenOfThread(children: Children, thread: number): readonly number[] {
  try {
    return children.of(process.pid, thread)
  } catch {
    return [] // It has ended meanwhile.
  }
}
