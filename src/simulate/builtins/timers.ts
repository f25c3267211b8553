import type { TimerOptions } from 'node:timers'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'

import { HeapTimer } from '../heap-timer.ts'
import type { HeapTimers } from '../heap-clock.ts'
import { type Place, type Replace, standIn } from './entered.ts'
import { pause, type PauseOptions, ticks } from './pauses.ts'

type Setting = 'setTimeout' | 'setInterval'
type Clearing = 'clearTimeout' | 'clearInterval'
type AnyFunction = (...args: unknown[]) => unknown

/**
 * Has timers belong to the simulation that is entered. `nextTick`, microtasks and immediates stay real, but an immediate does
 * nothing once the simulation that it is of has been left. What `promisify` makes of `setTimeout` and `setImmediate` is found in
 * `node:timers/promises` by Node itself.
 */
export function replaceTimers(place: Place, replace: Replace): void {
  const entered = (): HeapTimers | undefined => place.current?.simulation.timers
  const { setTimeout: realPause, setInterval: realTicks, scheduler } = timersPromises
  const realWait = scheduler.wait.bind(scheduler)

  const setters = { setTimeout: setter('setTimeout', entered), setInterval: setter('setInterval', entered) }
  const pauses = standIn(realPause, (delay?: number, value?: unknown, options?: PauseOptions) => {
    const timers = entered()
    return timers ? pause(timers, delay, value, options) : realPause(delay, value, options)
  })
  for (const [name, value] of [
    ...Object.entries(setters),
    ['clearTimeout', clearer('clearTimeout', entered)],
    ['clearInterval', clearer('clearInterval', entered)],
  ] as const) {
    replace(globalThis, name as Setting, value)
    replace(timers, name as Setting, value)
  }

  replace(timersPromises, 'setTimeout', pauses)
  const beats = (delay?: number, value?: unknown, options?: PauseOptions): unknown => {
    const timers = entered()
    return timers ? ticks(timers, delay, value, options) : realTicks(delay, value, options)
  }
  replace(timersPromises, 'setInterval', standIn(realTicks, beats))
  replace(scheduler, 'wait', (delay: number, options?: PauseOptions) => {
    const timers = entered()
    return timers ? pause(timers, delay, undefined, options) : realWait(delay, options)
  })
  replaceImmediates(place, replace)
}

/** Immediates that set each other off for ever would otherwise go on in all later simulations. */
function replaceImmediates(place: Place, replace: Replace): void {
  const { setImmediate: realTurn, scheduler } = timersPromises
  const realYield = scheduler.yield.bind(scheduler)
  const original = globalThis.setImmediate as unknown as AnyFunction
  const immediate = standIn(original, (act: unknown, ...args: unknown[]): unknown => {
    const { current } = place
    if (!current || typeof act !== 'function') return original(act, ...args)
    return original(() => {
      if (place.current === current) (act as AnyFunction)(...args)
    })
  }) as unknown as typeof setImmediate
  const within = <T>(turn: Promise<T>): Promise<T> => {
    const { current } = place
    if (!current) return turn
    return new Promise((resolve, reject) => {
      // Otherwise nobody is to go on from it.
      turn.then((value) => {
        if (place.current === current) resolve(value)
      }, reject)
    })
  }
  replace(globalThis, 'setImmediate', immediate)
  replace(timers, 'setImmediate', immediate)
  const turn = (value?: unknown, options?: TimerOptions): unknown => within(realTurn(value, options))
  replace(timersPromises, 'setImmediate', standIn(realTurn, turn))
  replace(scheduler, 'yield', () => within(realYield()))
}

function setter(name: Setting, entered: () => HeapTimers | undefined): AnyFunction {
  const original = globalThis[name] as unknown as AnyFunction
  return standIn(original, (...args: unknown[]): unknown => {
    const timers = entered()
    return timers ? (timers[name] as AnyFunction)(...args) : original(...args)
  })
}

/** What a simulation has set is cleared there, whatever is entered now, and what is real is real. */
function clearer(name: Clearing, entered: () => HeapTimers | undefined): AnyFunction {
  const original = globalThis[name] as AnyFunction
  return standIn(original, (timer: unknown): void => {
    if (timer instanceof HeapTimer) return void timer.close()
    const isNumber = typeof timer === 'number' || typeof timer === 'string'
    const timers = isNumber ? entered() : undefined
    if (timers) timers[name](timer as number)
    else original(timer)
  })
}
