import type { Client } from './client.ts'
import type { RequestOutcome } from './network-event.ts'

/** A request that a process of the test has sent, as it stands at this moment. */
export interface NetworkRequest {
  /** The id of the agent that sent it, or that its sender descends from. Undefined if there is none. */
  readonly agent: string | undefined
  /** Which attempt of the agent. Undefined as long as it has not said so. */
  readonly attempt: number | undefined
  /** Undefined if the sender did not say, as one that is not Node. */
  readonly pid: number | undefined
  readonly method: string
  /** Absolute. A WebSocket's begins with `ws:` or `wss:`. */
  readonly url: string
  /** By lower-case name; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** What it was answered. Undefined if it got no answer, or not yet. */
  readonly status: number | undefined
  /** Undefined while it waits for an answer. */
  readonly outcome: RequestOutcome | undefined
  /** Whether the child had gone before the answer had reached it whole. */
  readonly aborted: boolean
  /** The faults that struck it, such as `network.reset`, in their order. */
  readonly faults: readonly string[]
}

/** What is known of one request, while it is answered. */
export class RequestRecord {
  readonly client: Client
  readonly method: string
  readonly url: string
  readonly faults: string[] = []
  status: number | undefined
  outcome: RequestOutcome | undefined
  aborted = false
  readonly #headers: Headers

  constructor(client: Client, method: string, url: string, headers: Headers) {
    this.client = client
    this.method = method
    this.url = url
    this.#headers = headers
  }

  /** How messages call it. */
  get what(): string {
    return `${this.method} ${this.url}`
  }

  snapshot(): NetworkRequest {
    const { client, method, url, status, outcome, aborted, faults } = this
    const { agent, attempt, pid } = client
    const headers = Object.freeze(Object.fromEntries(this.#headers))
    return Object.freeze({
      agent,
      attempt,
      pid,
      method,
      url,
      headers,
      status,
      outcome,
      aborted,
      faults: Object.freeze([...faults]),
    })
  }
}
