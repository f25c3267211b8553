import type { Json } from '../json.ts'

/** What happens to one attempt of an agent, in the order in which the test sees it. */
export type AgentEvent = { readonly agent: string; readonly attempt: number } & (
  | { readonly kind: 'spawn' }
  /** It could not be started: the system's error code. */
  | { readonly kind: 'spawn-failed'; readonly code: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'cue'; readonly name: string }
  /** A fault has confirmed that it happened. */
  | { readonly kind: 'fault'; readonly fault: string; readonly proof: Json }
  /** The test process has sent it a signal. */
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'exit'; readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }
)
