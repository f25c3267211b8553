import type { Client } from './client.ts'
import type { Destination } from './verdict.ts'

/** What becomes of a response that is being sent. `whole`: there was nothing to truncate. */
export type Delivery = 'sent' | 'aborted' | 'whole'

/** A request of a client, and the one way back. Exactly one of its methods is to be called, once. */
export interface Exchange {
  readonly client: Client
  /** The place of its connection among those of the client: what comes over them at once comes in this order. */
  readonly turn: number
  /** Its `url` is absolute; its `signal` aborts when the client has gone, and what reads its body gets an `AbortError` then. */
  readonly request: Request
  /** The real server that `forward` leads to. */
  readonly place: Destination
  /** Calls `listener` once when the client has gone before it had its answer. Asking for `request.signal` costs far more. */
  onAbort(listener: () => void): void
  /**
   * Sends the response, streamed. Resolves when it has been handed to the system, or the client has gone.
   * Rejects, and resets the connection, if it cannot be sent, as one whose body has been used.
   * @param truncateAt how many bytes of the body are sent before the connection is closed; its head promises all of them
   */
  respond(response: Response, truncateAt?: number): Promise<Delivery>
  /** Has the connection end with the answer, so that the next request needs another one. Called before `respond`. */
  endAfter(): void
  /** Resets the connection (`ECONNRESET`); of HTTP/2, the stream. */
  reset(): void
  /** Leaves the request without an answer, until the client goes or the gateway is closed. */
  stall(): void
  /** Has the real server answer. Resolves to the status; rejects, and resets the connection, if it cannot be reached. */
  forward(): Promise<number>
}

/** The two ends of a WebSocket as MSW's handlers take them: `WebSocketHandler.run(connection)`. */
export interface WebSocketConnection {
  readonly client: object
  readonly server: object
  readonly info: { readonly protocols: string | string[] | undefined }
}

/** A WebSocket that a client wants to open. */
export interface Upgrade {
  readonly client: Client
  /** The place of its connection among those of the client. */
  readonly turn: number
  /** `ws:` or `wss:`. */
  readonly url: URL
  /** Of the request for it. */
  readonly headers: Headers
  /** The real server that `forward` leads to. */
  readonly place: Destination
  /** For handlers, which may send to it before it is accepted. */
  readonly connection: WebSocketConnection
  /** Told what listeners of the connection throw. Default: nothing is done. */
  onListenerError: (error: unknown) => void
  /** Resolves when the client has gone before it was accepted. */
  readonly aborted: Promise<void>
  /** Opens it. */
  accept(): void
  /** Refuses it with this status. */
  refuse(status: number): void
  reset(): void
  stall(): void
  /** Connects it to the real server. */
  forward(): void
}
