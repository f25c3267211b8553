import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** What `child_process` hands to `ChildProcess.prototype.spawn`, which Node does not document: the environment as pairs. */
export interface StartRequest {
  file?: unknown
  args?: unknown
  cwd?: unknown
  envPairs?: unknown
}

/** Starts the process; gives back 0, or the system's error as a negative number. May throw that error instead. */
export type Start = (request: StartRequest) => number

/**
 * Calls `listener` with each child that this process is about to start, through whatever library: the start itself
 * follows within the same call. What is above `entry` on the stack is ours, for `Error.captureStackTrace`. Listens until
 * the returned function is called.
 */
export function watchStarts(
  listener: (child: ChildProcess, entry: (message: unknown) => void) => void,
): () => void {
  const onMessage = (message: unknown): void =>
    listener((message as { process: ChildProcess }).process, onMessage)
  subscribe('child_process', onMessage)
  return () => void unsubscribe('child_process', onMessage)
}

/** Has `body` run in place of the start of a child that is about to be started. */
export function aroundStart(
  child: ChildProcess,
  body: (request: StartRequest, start: Start) => number,
): void {
  const { spawn } = child as unknown as { spawn: Start }
  Object.defineProperty(child, 'spawn', {
    configurable: true,
    value(request: StartRequest) {
      Reflect.deleteProperty(child, 'spawn')
      return body(request, (changed) => spawn.call(child, changed))
    },
  })
}
