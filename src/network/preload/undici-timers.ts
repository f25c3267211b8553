import type { Control } from './control.ts'
import { type SetTimeout, type Timer, Waker } from './waker.ts'

/*
 * undici, which is behind `fetch`, wakes its process up twice a second as long as a request or a kept connection is there:
 * it measures its timeouts in ticks, `setTimeout(onTick, 499)`, each of which counts as 499 ms gone. Another timer closes
 * connections that are kept and not used. The test's clock takes a process that wakes up within a second for one that is about
 * to do something, and waits for it in real time: a process that waits for a response would never be at rest
 * (docs/clock.md). So these timers, and no others, are counted by the gateway.
 */

/** By the name of a function of undici's: what makes sure that it is this one. Node's copy and npm's. */
const SOURCES: Readonly<Record<string, RegExp>> = {
  // lib/util/timers.js
  onTick: /\bfastNow\s*\+=\s*TICK_MS\b/,
  // lib/dispatcher/client-h1.js
  onParserTimeout: /\bTIMEOUT_KEEP_ALIVE\b/,
}

/** undici's `TICK_MS`. */
const TICK_MS = 499

/** Changes `globalThis.setTimeout` for the timers of undici. */
export function wakeUndici(control: Control): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'setTimeout')
  if (typeof descriptor?.value !== 'function') return
  const original = descriptor.value as SetTimeout
  const waker = new Waker(control, {
    set: original,
    clear: globalThis.clearTimeout as unknown as (timer: Timer) => void,
  })
  const known = new WeakSet<object>()
  const setTimeout = function (this: unknown, ...args: Parameters<SetTimeout>): Timer {
    return isOfUndici(args[0], args[1], known) ? waker.set(...args) : Reflect.apply(original, this, args)
  }
  Object.defineProperties(setTimeout, Object.getOwnPropertyDescriptors(original))
  Object.defineProperty(globalThis, 'setTimeout', { ...descriptor, value: setTimeout })
}

function isOfUndici(callback: unknown, delay: unknown, known: WeakSet<object>): boolean {
  if (typeof callback !== 'function' || !Object.hasOwn(SOURCES, callback.name)) return false
  if (callback.name === 'onTick' && delay !== TICK_MS) return false
  if (known.has(callback)) return true
  const isKnown = SOURCES[callback.name]?.test(Function.prototype.toString.call(callback)) === true
  if (isKnown) known.add(callback)
  return isKnown
}
