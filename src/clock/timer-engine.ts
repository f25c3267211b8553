import { createRequire, syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'

import type { Clock as FakeClock } from '@sinonjs/fake-timers'

import { SuperviseError } from '../errors.ts'

/** A timer that waits for the virtual clock. Times in ms since the clock was installed. */
export interface PendingTimer {
  readonly at: number
  /** What it was set for; of an interval, its period. */
  readonly delay: number
  readonly kind: 'timeout' | 'interval' | 'sleep'
  /** Leads to the line that set it. */
  readonly stack: string
}

/** What the engine keeps of a timer, and what is added here. */
interface EngineTimer {
  callAt: number
  readonly delay?: number
  readonly interval?: number
  site?: Error
  kind?: 'sleep'
}

type AnyFunction = (...args: never[]) => unknown
type SetTimer = (run: AnyFunction, delay?: number, ...rest: unknown[]) => unknown

/** As Node has it: what a timer can wait at most; longer ones, and those below 1, fire after 1 ms. */
const LONGEST = 2 ** 31 - 1
/** Loads what a worker without virtual time never needs. */
const load = createRequire(import.meta.url)
const REAL = { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval }
const NONE: ReadonlyMap<number, EngineTimer> = new Map()
const STACK_FRAMES = 12

/**
 * Puts timers and clocks of this thread under our control, everywhere Node has them, and gives them back. Microtasks,
 * `nextTick` and immediates stay real: they are how the work of this moment is done, and no time passes over them.
 */
export class TimerEngine {
  readonly #engine: FakeClock
  readonly #setTimeout: SetTimer
  readonly #owns: () => boolean
  readonly #restore: (() => void)[] = []
  #wallOffset = 0
  readonly #start: number

  private constructor(engine: FakeClock, owns: () => boolean) {
    this.#engine = engine
    this.#setTimeout = engine.setTimeout as unknown as SetTimer
    this.#owns = owns
    this.#start = engine.now
  }

  /**
   * Throws `ERR_CLOCK_IN_USE`.
   * @param start what `Date` says at first, in ms since 1970
   * @param owns whether a timer that is set at this moment is ours; those of others are real
   */
  static install(start: number, owns: () => boolean = () => true): TimerEngine {
    assertRealTime()
    const { install } = load('@sinonjs/fake-timers') as typeof import('@sinonjs/fake-timers')
    const engine = install({
      now: start,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'hrtime'],
      // A timer set before is cleared by whoever set it, with the function it has in hand now.
      shouldClearNativeTimers: true,
    })
    const installed = new TimerEngine(engine, owns)
    installed.#keepSites()
    installed.#replaceRest()
    syncBuiltinESMExports()
    return installed
  }

  /** ms since the installation. */
  get now(): number {
    return this.#engine.now - this.#wallOffset - this.#start
  }

  /** When the next timer is due; undefined if none is set. */
  get next(): number | undefined {
    let next: number | undefined
    for (const { callAt } of this.#timers()) if (next === undefined || callAt < next) next = callAt
    return next === undefined ? undefined : next - this.#wallOffset - this.#start
  }

  /** How many wait that `setTimeout` or `setInterval` has set. */
  get timersPending(): number {
    let count = 0
    for (const { kind } of this.#timers()) if (kind !== 'sleep') count += 1
    return count
  }

  get pending(): PendingTimer[] {
    return [...this.#timers()]
      .map((timer) => ({
        at: timer.callAt - this.#wallOffset - this.#start,
        delay: timer.interval ?? timer.delay ?? 0,
        kind: timer.kind ?? (timer.interval === undefined ? ('timeout' as const) : ('interval' as const)),
        stack: timer.site?.stack ?? '',
      }))
      .sort((a, b) => a.at - b.at)
  }

  /** Moves to the next timer and calls it. Throws what it throws. */
  fire(): void {
    this.#engine.next()
  }

  /** Moves to a time before which no timer is due. */
  moveTo(time: number): void {
    this.#engine.tick(time - this.now)
  }

  /** Has `Date` jump; timers are due when they were. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms
    this.#engine.setSystemTime(this.#engine.now + ms)
  }

  /** Has every timer that is due before `time` be due then, as after a sleep of the machine. */
  postpone(time: number): void {
    const at = time + this.#wallOffset + this.#start
    for (const timer of this.#timers()) if (timer.callAt < at) timer.callAt = at
    // Has the engine sort its timers anew.
    this.#engine.jump(0)
  }

  /** Calls `run` in `ms`, unless the returned function is called before. */
  after(ms: number, run: () => void, site: Error): () => void {
    const due = this.now + ms
    let id: unknown
    const wait = (): void => {
      id = this.#setTimeout(
        () => (this.now < due ? wait() : run()),
        nodeDelay(Math.min(due - this.now, LONGEST)),
      )
      this.#label(id, site, 'sleep')
    }
    wait()
    return () => this.#engine.clearTimeout(id as never)
  }

  uninstall(): void {
    for (const restore of this.#restore.splice(0).toReversed()) restore()
    this.#engine.uninstall()
    syncBuiltinESMExports()
  }

  #timers(): Iterable<EngineTimer> {
    // The engine's types do not say that what it keeps is complete.
    return ((this.#engine.timers as Map<number, EngineTimer> | undefined) ?? NONE).values()
  }

  #label(id: unknown, site: Error, kind?: 'sleep'): void {
    const timer = this.#engine.timers?.get(Number(id)) as EngineTimer | undefined
    if (!timer) return
    timer.site = site
    if (kind) timer.kind = kind
  }

  /** The installed functions call the engine's by name: whoever calls them is noted there. */
  #keepSites(): void {
    for (const name of ['setTimeout', 'setInterval'] as const) {
      const original = this.#engine[name] as unknown as SetTimer
      const noted: SetTimer = (run, delay, ...rest) => {
        if (!this.#owns()) return (REAL[name] as SetTimer)(run, delay, ...rest)
        const timer = original(run, nodeDelay(delay), ...rest)
        this.#label(timer, siteOf(noted))
        return this.#closable(timer)
      }
      // The engine keeps there how to restore itself, and Node what `promisify` is to use.
      Object.defineProperties(noted, Object.getOwnPropertyDescriptors(original))
      Object.defineProperty(this.#engine, name, { value: noted, configurable: true, writable: true })
    }
  }

  /** Gives a timer what Node's have and the engine's have not. */
  #closable(timer: unknown): unknown {
    const close = (): unknown => {
      this.#engine.clearTimeout(timer as never)
      return timer
    }
    return Object.assign(timer as object, { close, [Symbol.dispose]: close })
  }

  /** What the engine leaves real. */
  #replaceRest(): void {
    const elapsed = (): number => this.now
    this.#replace(performance, 'now', () => elapsed())
    const { scheduler } = timersPromises
    this.#replace(scheduler, 'wait', (delay: number, options?: { signal?: AbortSignal }) =>
      timersPromises.setTimeout(delay, undefined, options),
    )
  }

  #replace<T extends object>(target: T, name: keyof T & string, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(target, name)
    Object.defineProperty(target, name, { value, configurable: true, writable: true })
    this.#restore.push(() => {
      if (before) Object.defineProperty(target, name, before)
      else Reflect.deleteProperty(target, name)
    })
  }
}

/** Throws `ERR_CLOCK_IN_USE` if the time of this thread is not real. */
export function assertRealTime(): void {
  if ((Date as { isFake?: boolean }).isFake) throw inUse()
}

/** An error whose stack begins at the caller of `below`. It is put into words only when somebody looks. */
export function siteOf(below: AnyFunction): Error {
  const { stackTraceLimit } = Error
  // Not the whole stack, and then a part of it once more.
  Error.stackTraceLimit = 0
  const site = new Error('set here')
  Error.stackTraceLimit = STACK_FRAMES
  Error.captureStackTrace(site, below)
  Error.stackTraceLimit = stackTraceLimit
  return site
}

function inUse(): SuperviseError {
  return new SuperviseError(
    'ERR_CLOCK_IN_USE',
    'The timers of this worker have been replaced already: by a simulation, by another test that runs at the same time and has a ' +
      'virtual clock, or by fake timers. There can be one virtual clock at a time: take `concurrent` from tests that use `clock` or ' +
      '`restartLoop`, and remove `vi.useFakeTimers()`.',
  )
}

/** What Node makes of a delay. */
function nodeDelay(delay: unknown): number {
  const ms = Math.trunc(Number(delay))
  return ms >= 1 && ms <= LONGEST ? ms : 1
}
