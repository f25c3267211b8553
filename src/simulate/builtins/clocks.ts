import { type Place, type Replace, standIn } from './entered.ts'

/** What `Date` says at the beginning of each simulation. */
const START = Date.UTC(2000, 0, 1)

/** Has what tells the time, and `Math.random`, belong to the simulation that is entered. */
export function replaceClocks(place: Place, replace: Replace): void {
  const elapsed = (): number | undefined => place.current?.simulation.clock.now
  replace(globalThis, 'Date', dateOf(elapsed))

  const realNow = performance.now.bind(performance)
  replace(performance, 'now', () => elapsed() ?? realNow())

  const { hrtime, uptime } = process
  const time = (since?: [number, number]): [number, number] => {
    const ms = elapsed()
    if (ms === undefined) return hrtime(since)
    const [seconds, rest] = [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]
    if (!since) return [seconds, rest]
    const [late, early] = [seconds - since[0], rest - since[1]]
    return early < 0 ? [late - 1, early + 1e9] : [late, early]
  }
  const bigint = (): bigint => {
    const ms = elapsed()
    return ms === undefined ? hrtime.bigint() : BigInt(Math.round(ms * 1e6))
  }
  replace(process, 'hrtime', standIn(hrtime, time, { bigint }))
  replace(process, 'uptime', () => {
    const ms = elapsed()
    return ms === undefined ? uptime() : ms / 1000
  })

  const realTimeout = AbortSignal.timeout.bind(AbortSignal)
  replace(AbortSignal, 'timeout', (ms: number) => {
    const simulation = place.current?.simulation
    // What is no time is refused as by Node.
    if (!simulation || !(Number.isInteger(ms) && ms >= 0 && ms < 2 ** 32)) return realTimeout(ms)
    const controller = new AbortController()
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    simulation.timers.setTimeout(() => controller.abort(reason), ms).unref()
    return controller.signal
  })

  const random: () => number = Reflect.get(Math, 'random')
  replace(Math, 'random', () => (place.current?.random ?? random)())
}

function dateOf(elapsed: () => number | undefined): DateConstructor {
  const Real = Date
  const now = (): number => {
    const ms = elapsed()
    return ms === undefined ? Real.now() : Math.floor(START + ms)
  }
  // A class cannot be called without `new`, as `Date` can.
  function Standing(...args: unknown[]): unknown {
    if (!new.target) return new Real(now()).toString()
    const made = new.target === (Standing as unknown) ? Real : new.target
    return Reflect.construct(Real, args.length === 0 ? [now()] : args, made)
  }
  // By `isFake` fake timers and the virtual clock see that time is taken.
  const standing = standIn(Real, Standing, { now, isFake: true })
  return Object.defineProperty(standing, 'prototype', { value: Real.prototype })
}
