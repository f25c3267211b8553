import type { Route } from '../clock/route.ts'

/** What a connection says of the process at its other end. */
export interface Introduction {
  readonly pid?: number
  /** The id of the agent that it is, or descends from. */
  readonly agent?: string
  /** The mark under which it was started. */
  readonly mark?: string
}

/** A process whose traffic comes here, as far as it is known by now which one it is. */
export interface Client {
  /** Undefined if it is no agent and descends from none. */
  readonly agent: string | undefined
  readonly attempt: number | undefined
  readonly pid: number | undefined
  /** How messages call it if it is no agent, as far as that is known. */
  readonly label: string | undefined
  /** Whether it is known to have ended: its connections may not have, yet. */
  readonly hasEnded: boolean
  /** The way on which what it asks for comes into the test. */
  readonly route: Route
}
