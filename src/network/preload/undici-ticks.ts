/*
 * undici, which is behind `fetch`, wakes its process up twice a second as long as a request or a kept connection is there:
 * it measures its timeouts in ticks, `setTimeout(onTick, 499)`, each of which counts as 499 ms gone. The test's clock takes
 * a process that wakes up within a second for one that is about to do something, and waits for it in real time: a process
 * that waits for a response would never be at rest (docs/clock.md). So these ticks, and no other timers, come several at once,
 * and more than a second apart. A timeout of undici's goes off as late, or as early, as a second more than it would.
 */

/** undici's `TICK_MS`. */
const TICK_MS = 499

/** All ticks of a process come at a multiple of this, those of Node's undici and of npm's: in turns they would be less than a second apart. */
const PERIOD_MS = 1100

/** No tick comes sooner: what the test's clock takes for rest is a second, and the process may still be busy for a while. */
const LEAST_MS = 1050

interface Timer {
  /** What `refresh` starts it with. */
  _idleTimeout?: number
  refresh?: () => Timer
}

type SetTimeout = (...args: unknown[]) => Timer

/** Changes `globalThis.setTimeout` for `onTick` of `lib/util/timers.js` in undici, Node's copy and npm's. */
export function slowTicks(): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'setTimeout')
  if (typeof descriptor?.value !== 'function') return
  const original = descriptor.value as SetTimeout
  const { uptime } = process
  const setTimeout = function (this: unknown, ...args: unknown[]): Timer {
    const [callback, delay] = args
    if (delay === TICK_MS && isTick(callback)) return slow(original, callback, () => uptime() * 1000)
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

/** A timer that calls `onTick` as often as it is due in the time that it took, and is started anew by `onTick` itself. */
function slow(set: SetTimeout, onTick: () => void, now: () => number): Timer {
  let delay = untilTick(now())
  let owed = 0
  const timer = set(() => {
    for (owed += delay; owed >= TICK_MS; owed -= TICK_MS) onTick()
  }, delay)
  const { refresh } = timer
  if (refresh && timer._idleTimeout === delay) {
    timer.refresh = () => {
      delay = untilTick(now())
      timer._idleTimeout = delay
      return Reflect.apply(refresh, timer, [])
    }
  }
  return timer
}

function untilTick(now: number): number {
  const left = Math.ceil(PERIOD_MS - (now % PERIOD_MS))
  return left < LEAST_MS ? left + PERIOD_MS : left
}
