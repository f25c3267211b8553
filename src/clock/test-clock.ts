import { type Clock, type PatientClock, type RestartableClock, systemClock, waitBy } from './clock.ts'
import { OPEN_ROUTER, type Route, type Router, type Speaker } from './route.ts'

/** A clock that can take over: time, and the ways on which events come. */
export interface Ruler extends PatientClock, Router {}

interface Sleeper {
  readonly ms: number
  readonly since: number
  move(): void
}

/**
 * The clock of one test: real time, until a virtual clock takes over, and again after that has been removed. Who sleeps
 * then goes on sleeping: under the virtual clock for the whole time from its beginning, so that nothing real is left in
 * it; in real time for what is left.
 */
export class TestClock implements PatientClock, RestartableClock, Router {
  #ruler: Ruler | undefined
  readonly #sleepers = new Set<Sleeper>()
  readonly #routes = new Map<SwitchedRoute, Speaker>()

  /** Whether time is virtual. */
  get virtual(): boolean {
    return this.#ruler !== undefined
  }

  get now(): number {
    return this.#clock.now
  }

  stopwatch(): () => number {
    const [ruler, since] = [this.#ruler, this.now]
    return () => (this.#ruler === ruler ? this.now - since : this.virtual ? this.now : 0)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#pause('sleep', ms, signal)
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#pause('wait', ms, signal)
  }

  hold(): () => void {
    return this.#ruler?.hold() ?? (() => {})
  }

  async #pause(how: 'sleep' | 'wait', ms: number, signal: AbortSignal | undefined): Promise<void> {
    for (let left = ms; ;) {
      const clock = this.#clock
      const moved = new AbortController()
      const sleeper: Sleeper = { ms, since: clock.now, move: () => moved.abort() }
      this.#sleepers.add(sleeper)
      try {
        const either = signal ? AbortSignal.any([signal, moved.signal]) : moved.signal
        await (how === 'wait' ? waitBy(clock, left, either) : clock.sleep(left, either))
        return
      } catch (error) {
        if (!moved.signal.aborted || signal?.aborted) throw signal?.aborted ? signal.reason : error
        left = this.virtual ? ms : Math.max(0, left - (clock.now - sleeper.since))
      } finally {
        this.#sleepers.delete(sleeper)
      }
    }
  }

  route(speaker: Speaker): Route {
    const route = new SwitchedRoute((this.#ruler ?? OPEN_ROUTER).route(speaker), () =>
      this.#routes.delete(route),
    )
    this.#routes.set(route, speaker)
    return route
  }

  /** Has `ruler` take over, or real time again. */
  use(ruler: Ruler | undefined): void {
    this.#ruler = ruler
    for (const [route, speaker] of this.#routes) route.follow((ruler ?? OPEN_ROUTER).route(speaker))
    for (const sleeper of this.#sleepers) sleeper.move()
  }

  get #clock(): Clock {
    return this.#ruler ?? systemClock
  }
}

/** A route that leads through whoever rules at the moment. */
class SwitchedRoute implements Route {
  #way: Route
  readonly #onClose: () => void

  constructor(way: Route, onClose: () => void) {
    this.#way = way
    this.#onClose = onClose
  }

  deliver(event: () => void, stream?: number): void {
    this.#way.deliver(event, stream)
  }

  /** What was held on the way before is given out by its keeper. */
  follow(way: Route): void {
    this.#way.close()
    this.#way = way
  }

  close(): void {
    this.#way.close()
    this.#onClose()
  }
}
