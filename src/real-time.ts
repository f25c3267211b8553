import { setTimeout as delay } from 'node:timers/promises'

/*
 * Real timers, captured when this module is first imported: tests replace the globals and `node:timers`, and a clean-up
 * that waits on a faked timer waits for ever.
 */
const { setTimeout } = globalThis
export const realClearTimeout = globalThis.clearTimeout
const realSetImmediate = globalThis.setImmediate
const timeoutPromise = delay
const performanceNow = performance.now.bind(performance)

/** Milliseconds since the process began, whatever a test has done to the clocks. */
export function realNow(): number {
  return performanceNow()
}

let setting = false

/** Whether the real timer that is being set at this moment is one of ours. */
export function isSettingTimer(): boolean {
  return setting
}

/** Calls `run` after `ms` of real time. */
export function realSetTimeout(run: () => void, ms: number): NodeJS.Timeout {
  return setOurs(() => setTimeout(run, ms))
}

function setOurs<T>(set: () => T): T {
  setting = true
  try {
    return set()
  } finally {
    setting = false
  }
}

/** Calls `run` in the next turn of the event loop. */
export function realImmediate(run: () => void): void {
  realSetImmediate(run)
}

/** Resolves when one turn of the event loop is over: what the system had to report at this moment has then been heard. */
export function realTurn(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve))
}

/** What a timer of Node can count; one that is set for longer fires at once. Milliseconds. */
const LONGEST = 2 ** 31 - 1

/** Resolves after `ms` of real time, `Infinity` included. Rejects with an `AbortError` as soon as `signal` aborts. */
export async function realDelay(ms: number, signal?: AbortSignal): Promise<void> {
  for (let left = ms; ; left -= LONGEST) {
    await setOurs(() => timeoutPromise(Math.min(left, LONGEST), undefined, signal ? { signal } : {}))
    if (!(left > LONGEST)) return
  }
}

/** What {@link within} resolves to when the time is over first. */
export const TIMED_OUT = Symbol('timed out')

/** The outcome of `promise`, or {@link TIMED_OUT} after `ms` of real time. The promise itself goes on. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = realSetTimeout(() => resolve(TIMED_OUT), Math.min(ms, LONGEST))
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    realClearTimeout(timer)
  }
}

/** Blocks this thread for so many ms, where what is waited for makes no event and the caller cannot wait otherwise. */
export function realPause(ms: number): void {
  Atomics.wait(NOTHING, 0, 0, ms)
}

/** Nobody writes there, so a wait for it ends by its time alone. */
const NOTHING = new Int32Array(new SharedArrayBuffer(4))
