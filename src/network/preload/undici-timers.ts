import type { Control } from './control.ts'
import { type SetTimeout, type Timer, Waker } from './waker.ts'

/*
 * undici, which is behind `fetch`, wakes its process up twice a second as long as a request or a kept connection is there:
 * it measures its timeouts in ticks, `setTimeout(onTick, 499)`, each of which counts as 499 ms gone. Other timers close
 * connections that are kept and not used, and ping those of HTTP/2, which Node's `fetch` speaks from version 26 on. The test's
 * clock takes a process that wakes up within a second for one that is about to do something, and waits for it in real time: a
 * process that waits for a response would never be at rest (docs/clock.md). So these timers, and no others, are counted by the
 * gateway. The timeouts of a request over HTTP/2 are not: they are five minutes of Node's own streams.
 */

/** By the name of a function of undici's: what makes sure that it is this one. Node's copy and npm's. */
const SOURCES: Readonly<Record<string, RegExp>> = {
  // lib/util/timers.js
  onTick: /\bfastNow\s*\+=\s*TICK_MS\b/,
  // lib/dispatcher/client-h1.js
  onParserTimeout: /\bTIMEOUT_KEEP_ALIVE\b/,
  // lib/dispatcher/client-h2.js
  onHttp2SessionIdleTimeout: /\bkHTTP2Session\b/,
  onHttp2SendPing: /\bkHTTP2SessionState\b/,
}

/** undici's `TICK_MS`. */
const TICK_MS = 499

/** Changes `globalThis.setTimeout` and `globalThis.setInterval` for the timers of undici. */
export function wakeUndici(control: Control): void {
  // A program may have taken them away before it loads what connects.
  if (typeof globalThis.setTimeout !== 'function') return
  const waker = new Waker(control, {
    set: globalThis.setTimeout,
    clear: globalThis.clearTimeout as unknown as (timer: Timer) => void,
  })
  const known = new WeakSet<object>()
  replace('setTimeout', (callback, delay, ...args) =>
    isOfUndici(callback, delay, known) ? waker.set(callback, delay, ...args) : undefined,
  )
  replace('setInterval', (callback, delay, ...args) => {
    if (!isOfUndici(callback, delay, known)) return undefined
    const timer = waker.set(() => {
      timer.refresh()
      callback(...args)
    }, delay)
    return timer
  })
}

/** @param take gives back nothing where the function is to do as it does */
function replace(
  name: 'setTimeout' | 'setInterval',
  take: (...args: Parameters<SetTimeout>) => Timer | undefined,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)
  if (typeof descriptor?.value !== 'function') return
  const original = descriptor.value as SetTimeout
  const value = function (this: unknown, ...args: Parameters<SetTimeout>): Timer {
    return take(...args) ?? Reflect.apply(original, this, args)
  }
  Object.defineProperties(value, Object.getOwnPropertyDescriptors(original))
  Object.defineProperty(globalThis, name, { ...descriptor, value })
}

function isOfUndici(callback: unknown, delay: unknown, known: WeakSet<object>): boolean {
  if (typeof callback !== 'function' || !Object.hasOwn(SOURCES, callback.name)) return false
  if (callback.name === 'onTick' && delay !== TICK_MS) return false
  if (known.has(callback)) return true
  const isKnown = SOURCES[callback.name]?.test(Function.prototype.toString.call(callback)) === true
  if (isKnown) known.add(callback)
  return isKnown
}
