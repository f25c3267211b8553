import { setMaxListeners } from 'node:events'

import { SuperviseError, throwAll } from './errors.ts'
import { TIMED_OUT, within } from './real-time.ts'
import { deferred } from './wait.ts'

interface Step {
  readonly what: string
  readonly undo: () => unknown
  readonly limit: number
}

/** How long one step of a scope may take to be undone. Milliseconds. */
const STEP_LIMIT = 10_000

/**
 * Owns what a test acquired, and undoes it: last in, first out, every step run whatever the others did, each within a
 * limit of real time. Something that arrives after the end is undone at once, so a late set-up leaves nothing either.
 */
export class Scope implements AsyncDisposable {
  readonly #controller = new AbortController()
  readonly #steps: Step[] = []
  #closed: Promise<void> | undefined

  constructor() {
    // Whatever a test has going listens to it: many listeners are no leak.
    setMaxListeners(0, this.#controller.signal)
  }

  /** Aborts, with an `ERR_SCOPE_CLOSED`, when the scope begins to close. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /**
   * Registers how to undo what was just acquired. Call it in the same tick: nothing may come between.
   * After the end it undoes at once and throws `ERR_SCOPE_CLOSED`.
   * @param what names the thing in messages, as in `the agent "web"`
   * @param limit milliseconds of real time; after them the step is given up and reported. Default 10,000
   */
  defer(what: string, undo: () => unknown, limit: number = STEP_LIMIT): void {
    if (this.#closed) {
      void runStep({ what, undo, limit }).catch(() => {})
      throw closedError(what)
    }
    this.#steps.push({ what, undo, limit })
  }

  /** Throws `ERR_SCOPE_CLOSED` once the scope has begun to close. Call it after every wait of a set-up. */
  throwIfClosed(): void {
    this.#controller.signal.throwIfAborted()
  }

  /**
   * Undoes everything. Resolves when all steps have ended or run out of time; then rejects with what they threw, as
   * one error or an `AggregateError`. Idempotent: later calls give the first call's outcome.
   */
  close(): Promise<void> {
    if (this.#closed) return this.#closed
    // Known before anything is undone: what is undone may come back here.
    const { promise, resolve, reject } = deferred<void>()
    this.#closed = promise
    this.#close().then(resolve, reject)
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#controller.abort(closedError('something'))
    const errors: unknown[] = []
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      await runStep(step).catch((error: unknown) => errors.push(error))
    }
    throwAll(errors)
  }
}

async function runStep({ what, undo, limit }: Step): Promise<void> {
  const outcome = await within(
    (async () => {
      await undo()
    })(),
    limit,
  )
  if (outcome !== TIMED_OUT) return
  throw new SuperviseError(
    'ERR_CLEANUP_TIMEOUT',
    `The clean-up of ${what} did not end within ${limit} ms and was given up, so that the run can go on. What it ` +
      'waits for never happened; whatever it still held is killed with the test run.',
    { what, limit },
  )
}

function closedError(what: string): SuperviseError {
  return new SuperviseError(
    'ERR_SCOPE_CLOSED',
    `The test had already ended when ${what} was started, so it was stopped again at once. A test that timed out or ` +
      'failed goes on in the background: await everything it starts, and give slow set-up a longer timeout.',
    { what },
  )
}
