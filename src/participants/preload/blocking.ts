import { builtin, whenLoaded } from '../../preload/builtins.ts'
import { wrapSynchronousStarts } from '../../preload/children.ts'
import { ENV } from '../../protocol/frames.ts'
import { APART } from '../frames.ts'

/** What is to be told of calls that take real time. */
export interface BlockingCalls {
  /** Called before, with the name of what is called; gives what is to be called afterwards. */
  onCall(by: string): () => void
  /** Called before this thread, which is not the main one, waits until another one wakes it; gives what is to be called then. */
  onSleep(): () => void
  /** A wait was begun that ends by itself after `ms`. @param below what is above it on the stack is ours */
  onTimedWait(by: string, ms: number, below: (...args: never[]) => unknown): void
}

/**
 * Tells of calls during which this thread can hear nothing. Programs that are waited for in this way have real time, since nobody
 * could move it for them.
 */
export function wrapBlockingCalls({ onCall, onSleep, onTimedWait }: BlockingCalls): void {
  whenLoaded({
    child_process: () =>
      wrapSynchronousStarts(
        (environment) => ({ ...environment, [ENV.clock]: APART }),
        (name, start) => during(onCall(name), start),
      ),
  })
  const { isMainThread } = builtin('node:worker_threads')
  const { wait } = Atomics
  const waiting = ((...args: Parameters<typeof wait>) => {
    // JavaScript takes a text, too.
    const ms = Number((args[3] as unknown) ?? Infinity)
    const isEndless = Number.isNaN(ms) || ms === Infinity
    if (ms > 0 && !isEndless) onTimedWait('Atomics.wait', ms, waiting)
    // For the main thread others are at work.
    const over = isEndless && !isMainThread ? onSleep() : onCall('Atomics.wait')
    return during(over, () => wait(...args))
  }) as typeof wait
  Atomics.wait = waiting
}

function during<T>(over: () => void, body: () => T): T {
  try {
    return body()
  } finally {
    over()
  }
}
