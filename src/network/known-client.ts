import type { Route, Router, Speaker } from '../clock/route.ts'
import type { Client, Introduction } from './client.ts'

/** An agent, and which start of it. */
export interface Identity {
  readonly agent: string
  readonly attempt: number
}

/** What can be found out about a process that has shown up. */
export interface Inquiry {
  /** Whose it is. Asked again as long as that is not known. */
  identity(): Identity | undefined
  /** How messages call it if it is no agent. */
  label(): string | undefined
  /** Whether it is known to have ended. */
  hasEnded(): boolean
}

export type Identify = (introduction: Introduction) => Inquiry

/** A process that has shown up at the gateway. */
export class KnownClient implements Client, Speaker {
  readonly pid: number | undefined
  readonly route: Route
  /** Its connections say nothing about that. */
  readonly parked = undefined
  readonly #introduction: Introduction
  readonly #inquiry: Inquiry
  #identity: Identity | undefined

  constructor(introduction: Introduction, identify: Identify, router: Router) {
    this.#introduction = introduction
    this.pid = introduction.pid
    this.#inquiry = identify(introduction)
    this.route = router.route(this)
  }

  get agent(): string | undefined {
    return this.#known?.agent ?? this.#introduction.agent
  }

  get attempt(): number | undefined {
    return this.#known?.attempt
  }

  get label(): string | undefined {
    return this.#inquiry.label()
  }

  get hasEnded(): boolean {
    return this.#inquiry.hasEnded()
  }

  get name(): string {
    const { agent } = this
    return agent === undefined ? (this.label ?? 'a process') : `agent "${agent}"`
  }

  get #known(): Identity | undefined {
    return (this.#identity ??= this.#inquiry.identity())
  }
}
