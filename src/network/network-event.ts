import type { Json } from '../json.ts'

/** What became of a request. */
export type RequestOutcome =
  /** A handler, or a fault, has answered it. */
  | 'answered'
  /** It failed by a fault, without an answer. */
  | 'failed'
  /** The real server has answered it. */
  | 'forwarded'
  /** Nobody answers it. */
  | 'unhandled'
  /** The child had gone before there was an answer. */
  | 'aborted'

/** What happens to the traffic of a child. Without an agent it is that of another process of the test. */
export type NetworkEvent = {
  readonly agent: string | undefined
  /** Undefined as long as it is not known which one it is. */
  readonly attempt: number | undefined
} & (
  | {
      readonly kind: 'request'
      readonly method: string
      readonly url: string
      readonly outcome: RequestOutcome
      /** Undefined if it got no answer. */
      readonly status: number | undefined
    }
  /** `network.fail()` has struck. */
  | { readonly kind: 'fault'; readonly fault: string; readonly proof: Json }
)
