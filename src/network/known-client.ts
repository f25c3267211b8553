import type { Route, Router, Speaker } from '../clock/route.ts'
import type { Client, Introduction } from './client.ts'

/** An agent, and which start of it. */
export interface Identity {
  readonly agent: string
  readonly attempt: number
}

/** Finds out whose a process is: called when it shows up, then again as long as it is not known. */
export type Identify = (introduction: Introduction) => () => Identity | undefined

/** A process that has shown up at the gateway. */
export class KnownClient implements Client, Speaker {
  readonly pid: number | undefined
  readonly route: Route
  /** Its connections say nothing about that. */
  readonly parked = undefined
  readonly #introduction: Introduction
  readonly #look: () => Identity | undefined
  #identity: Identity | undefined

  constructor(introduction: Introduction, identify: Identify, router: Router) {
    this.#introduction = introduction
    this.pid = introduction.pid
    this.#look = identify(introduction)
    this.route = router.route(this)
  }

  get agent(): string | undefined {
    return this.#known?.agent ?? this.#introduction.agent
  }

  get attempt(): number | undefined {
    return this.#known?.attempt
  }

  get name(): string {
    const { agent } = this
    return agent === undefined ? 'a process' : `agent "${agent}"`
  }

  get #known(): Identity | undefined {
    return (this.#identity ??= this.#look())
  }
}
