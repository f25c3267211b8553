/**
 * The way on which what one process sends comes into the test. Under a virtual clock everything that comes is held until
 * all processes have come to rest, and is then given out process by process, in an order that does not depend on chance.
 */
export interface Route {
  /**
   * Calls `event` when its turn has come, at once if nothing holds it: in the order of the calls, but of several streams by
   * which a process sends, the lowest first.
   * @param stream default 0
   */
  deliver(event: () => void, stream?: number): void
  /** Nothing more will come. */
  close(): void
}

/** A connection over which a process talks to the test. It may have several: they share its place in the order. */
export interface Speaker {
  /** How messages call it, as in `agent "web"`. */
  readonly name: string
  /** The process, once it has said or is known which one it is. */
  readonly pid: number | undefined
  /** Whether the last it said is that it is at rest, with all seen that was sent to it. Undefined if it never says. */
  readonly parked: boolean | undefined
  /** The stream that it talks over: what comes there is read at once, and only its meaning held. */
  readonly connection?: object
}

/** Gives a speaker its route. */
export interface Router {
  route(speaker: Speaker): Route
}

/** Holds nothing: for processes of no test. */
export const OPEN_ROUTER: Router = {
  route: () => ({ deliver: (event) => event(), close() {} }),
}
