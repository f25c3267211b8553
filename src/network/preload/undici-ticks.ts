/*
 * undici, which is behind `fetch`, wakes its process up twice a second as long as a request or a kept connection is there:
 * it measures its timeouts in ticks, `setTimeout(onTick, 499)`, each of which counts as 499 ms gone. The test's clock takes
 * a process that wakes up within a second for one that is about to do something, and waits for it in real time: a process
 * that waits for a response would never be at rest (docs/clock.md). So these ticks, and no other timers, come several at once,
 * and more than a second apart.
 */

/** undici's `TICK_MS`. */
const TICK_MS = 499

/** How far apart they come instead. What is left of it when the process comes to rest is to be a second or more. */
const PERIOD_MS = 1100

/** Changes `globalThis.setTimeout` for `onTick` of `lib/util/timers.js` in undici, Node's copy and npm's. */
export function slowTicks(): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'setTimeout')
  if (!descriptor || typeof descriptor.value !== 'function') return
  const original = descriptor.value as (...args: unknown[]) => unknown
  const setTimeout = function (this: unknown, ...args: unknown[]): unknown {
    if (args[1] === TICK_MS && isTick(args[0]))
      return Reflect.apply(original, this, [several(args[0]), PERIOD_MS])
    return Reflect.apply(original, this, args)
  }
  Object.defineProperties(setTimeout, Object.getOwnPropertyDescriptors(original))
  Object.defineProperty(globalThis, 'setTimeout', { ...descriptor, value: setTimeout })
}

function isTick(callback: unknown): callback is () => void {
  return (
    typeof callback === 'function' &&
    callback.name === 'onTick' &&
    callback.length === 0 &&
    /\bfastNow\s*\+=\s*TICK_MS\b/.test(Function.prototype.toString.call(callback))
  )
}

/** As many ticks as the period is long. What it is longer counts the next time. */
function several(onTick: () => void): () => void {
  let owed = 0
  return () => {
    for (owed += PERIOD_MS; owed >= TICK_MS; owed -= TICK_MS) onTick()
  }
}
