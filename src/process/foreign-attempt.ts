import { holding } from '../clock/clock.ts'
import type { LastWords } from '../protocol/host-session.ts'
import { realSetTimeout, within } from '../real-time.ts'
import { deferred } from '../wait.ts'
import { Attempt } from './attempt.ts'
import type { ForeignContext } from './foreign-attempts.ts'
import { isAlive, type ProcessInfo } from './table/index.ts'

/** Real ms between two looks at whether a process has gone: the first and the longest. */
const FIRST_LOOK = 1
const LONGEST_LOOK = 100
/** How long a process may take from the end of its connection to its own, while no virtual time passes. Real ms. */
const DYING_LIMIT = 500

/**
 * An attempt that another process has made. Its exit makes no event here: it is told when its connection has ended and its
 * process is gone. How it ended is told by what the agent itself has said, since whoever started it has the rest.
 */
export class ForeignAttempt extends Attempt {
  readonly #context: ForeignContext
  readonly #process: Pick<ProcessInfo, 'pid' | 'startTime'> | undefined
  readonly #over = deferred<void>()
  #forgotten = false

  constructor(agent: string, process: ProcessInfo | undefined, context: ForeignContext) {
    super(agent, context)
    this.#context = context
    // Without what else is known of it, which is read when it is asked for.
    this.#process = process && { pid: process.pid, startTime: process.startTime }
  }

  /** Whether its process is known to have ended. */
  get isDead(): boolean {
    return this.#process !== undefined && !isAlive(this.#process)
  }

  /** Resolves when its exit has been told, or never will be. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  override exited(how?: LastWords): void {
    if (this.#forgotten) return
    super.exited(how)
    this.#over.resolve()
  }

  /** Tells its exit no more. */
  forget(): void {
    this.#forgotten = true
    this.#over.resolve()
  }

  override ended(lastWords: LastWords): void {
    super.ended(lastWords)
    // One that cannot be seen, such as in a container, is taken to end with its connection.
    if (this.#process === undefined || this.isDead) return this.exited()
    void holding(this.#context.clock, () => within(this.over, DYING_LIMIT))
    this.#look(FIRST_LOOK)
  }

  #look(pause: number): void {
    realSetTimeout(() => {
      if (this.#forgotten) return
      if (this.isDead) this.exited()
      else this.#look(Math.min(pause * 2, LONGEST_LOOK))
    }, pause).unref()
  }
}
