import { abortError } from '../abort-error.ts'
import type { HeapTimers } from '../heap-clock.ts'

export interface PauseOptions {
  readonly signal?: AbortSignal
  readonly ref?: boolean
}

/** `setTimeout` of `node:timers/promises`, by these timers. */
export function pause(
  { setTimeout, clearTimeout }: HeapTimers,
  delay?: number,
  value?: unknown,
  { signal }: PauseOptions = {},
): Promise<unknown> {
  if (signal?.aborted) return Promise.reject(abortError(signal))
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve(value)
    }, delay)
    const abort = (): void => {
      clearTimeout(timer)
      if (signal) reject(abortError(signal))
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** `setInterval` of `node:timers/promises`: what was not asked for in time is given at once, later. */
export async function* ticks(
  { setInterval, clearInterval }: HeapTimers,
  delay?: number,
  value?: unknown,
  { signal }: PauseOptions = {},
): AsyncGenerator<unknown, void, undefined> {
  let due = 0
  let wake = (): void => {}
  const timer = setInterval(() => {
    due += 1
    wake()
  }, delay)
  const abort = (): void => wake()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    for (;;) {
      if (signal?.aborted) throw abortError(signal)
      if (due === 0) await new Promise<void>((resolve) => (wake = resolve))
      for (; due > 0; due--) yield value
    }
  } finally {
    clearInterval(timer)
    signal?.removeEventListener('abort', abort)
  }
}
