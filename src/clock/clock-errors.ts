import { SuperviseError } from '../errors.ts'
import { type ClockState, dump } from './dump.ts'

/** The errors of a virtual clock, each with the state of everything at its moment. */
export class ClockErrors {
  readonly #state: () => ClockState
  readonly #patience: number
  readonly #own = new WeakSet<SuperviseError>()

  /** @param patience how long processes are waited for, in ms of real time */
  constructor(patience: number, state: () => ClockState) {
    this.#patience = patience
    this.#state = state
  }

  deadlock(): SuperviseError {
    return this.#error(
      'ERR_CLOCK_DEADLOCK',
      'What the test waits for cannot happen any more: every process rests and no virtual timer is set.',
    )
  }

  stalled(): SuperviseError {
    return this.#error(
      'ERR_CLOCK_STALLED',
      `Time cannot move: within ${Math.round(this.#patience)} ms of real time not everything came to rest. A process that ` +
        'waits by real timers of its own, or is busy for ever, cannot live in virtual time.',
      { patience: this.#patience },
    )
  }

  endless(what: string): SuperviseError {
    return this.#error(
      'ERR_CLOCK_STALLED',
      `Time cannot move: ${what} followed each other without any time in between. Something answers every event ` +
        'with the next one, such as a restart without a delay.',
    )
  }

  beyondLimit(limit: number, to: number): SuperviseError {
    return this.#error(
      'ERR_CLOCK_LIMIT',
      `What the test waits for did not happen before ${limit} ms; the next timer is due at ${to} ms. If it is to take that ` +
        'long, pass a larger `limit` to `runUntil`, or set the option `clock: { limit }`.',
      { limit },
    )
  }

  notDriven(ms: number, site: Error): SuperviseError {
    const error = this.#error(
      'ERR_CLOCK_NOT_DRIVEN',
      `A wait of ${ms} ms does not end, because nobody moves the virtual clock. Hand what you wait for to it, as in ` +
        '`await clock.runUntil(agent.close())`.',
      { ms },
    )
    return at(site, error)
  }

  leftMoving(site: Error): SuperviseError {
    return at(
      site,
      new SuperviseError(
        'ERR_SCOPE_CLOSED',
        'The test ended while it was moving the virtual clock. Await that call before; one that is to end earlier takes a ' +
          '`signal`.',
      ),
    )
  }

  removed(): SuperviseError {
    return new SuperviseError(
      'ERR_SCOPE_CLOSED',
      'The virtual clock was moved after the end of its test. Await what moves it before the test ends.',
    )
  }

  /** Has an error of the clock lead to the call that it ends; others lead to where they arose already. */
  locate(error: unknown, site: Error): unknown {
    return error instanceof SuperviseError && this.#own.has(error) ? at(site, error) : error
  }

  #error(code: SuperviseError['code'], message: string, facts: object = {}): SuperviseError {
    const state = this.#state()
    const error = new SuperviseError(code, `${message}\n${dump(state)}`, { now: state.now, ...facts })
    this.#own.add(error)
    return error
  }
}

/** Has the error's stack lead to the line of the test. */
function at(site: Error, error: SuperviseError): SuperviseError {
  error.stack = `${error.name}: ${error.message}\n${site.stack?.split('\n').slice(1).join('\n') ?? ''}`
  return error
}
