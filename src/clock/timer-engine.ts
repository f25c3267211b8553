import { createRequire, syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'

import type { Clock as FakeClock } from '@sinonjs/fake-timers'

import { boundHere, siteOf } from './call-site.ts'
import { goOn } from './going-on.ts'
import { assertRealTime } from './real-clocks.ts'

/** A timer that waits for the virtual clock. Times in ms since the clock was installed. */
export interface PendingTimer {
  readonly at: number
  /** What it was set for; of an interval, its period. */
  readonly delay: number
  readonly kind: 'timeout' | 'interval' | 'sleep'
  /** Leads to the line that set it. */
  readonly stack: string
  /** In which other process it waits, as messages call that; undefined: in this one. */
  readonly process?: string
}

/** What the engine keeps of a timer, and what is added here. */
interface EngineTimer {
  callAt: number
  readonly delay?: number
  readonly interval?: number
  site?: Error
  kind?: 'sleep'
  /** What whoever set it was given, who may have said that no process is to stay for it. */
  handle?: { hasRef?(): boolean }
}

/** What an engine may be given besides its start. */
export interface TimerEngineOptions {
  /** Whether a timer that is set at this moment is ours; those of others are real. Default: all are. */
  readonly owns?: () => boolean
  /** Called whenever a timer was set or cleared. */
  readonly onChange?: () => void
  /** Loads what it is built on. */
  readonly load?: () => FakeTimers
}

type FakeTimers = typeof import('@sinonjs/fake-timers')

type AnyFunction = (...args: never[]) => unknown
type SetTimer = (run: AnyFunction, delay?: number, ...rest: unknown[]) => unknown

/** As Node has it: what a timer can wait at most; longer ones, and those below 1, fire after 1 ms. */
const LONGEST = 2 ** 31 - 1
/** A worker without virtual time never needs it. */
const loadFakeTimers = (): FakeTimers => createRequire(import.meta.url)('@sinonjs/fake-timers') as FakeTimers
const REAL = { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval }
const NONE: ReadonlyMap<number, EngineTimer> = new Map()

/**
 * Puts timers and clocks of this thread under our control, everywhere Node has them, and gives them back. Microtasks,
 * `nextTick` and immediates stay real: they are how the work of this moment is done, and no time passes over them.
 */
export class TimerEngine {
  readonly #engine: FakeClock
  readonly #setTimeout: SetTimer
  readonly #owns: () => boolean
  readonly #onChange: () => void
  readonly #restore: (() => void)[] = []
  #wallOffset = 0
  readonly #start: number

  private constructor(engine: FakeClock, owns: () => boolean, onChange: () => void) {
    this.#engine = engine
    this.#setTimeout = engine.setTimeout as unknown as SetTimer
    this.#owns = owns
    this.#onChange = onChange
    this.#start = engine.now
  }

  /**
   * Throws `ERR_CLOCK_IN_USE`.
   * @param start what `Date` says at first, in ms since 1970
   */
  static install(start: number, options: TimerEngineOptions = {}): TimerEngine {
    const { owns = () => true, onChange = () => {}, load = loadFakeTimers } = options
    assertRealTime()
    const { install } = load()
    const engine = install({
      now: start,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'hrtime'],
      // A timer set before is cleared by whoever set it, with the function it has in hand now.
      shouldClearNativeTimers: true,
    })
    const installed = new TimerEngine(engine, owns, onChange)
    installed.#keepSites()
    installed.#noteClearing()
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
    return this.soonest(Infinity)
  }

  /** So many of those that wait, the next one first. */
  soonest(count: number): PendingTimer[] {
    return [...this.#timers()]
      .sort((a, b) => a.callAt - b.callAt)
      .slice(0, count)
      .map((timer) => ({
        at: timer.callAt - this.#wallOffset - this.#start,
        delay: timer.interval ?? timer.delay ?? 0,
        kind: timer.kind ?? (timer.interval === undefined ? ('timeout' as const) : ('interval' as const)),
        stack: timer.site?.stack ?? '',
      }))
  }

  /** Whether a timer is set for which a process stays. */
  get keepsAlive(): boolean {
    for (const { handle } of this.#timers()) if (handle?.hasRef?.() ?? true) return true
    return false
  }

  /** Moves to the next timer and calls it. Throws what it throws. */
  fire(): void {
    this.#engine.next()
  }

  /** Moves to a time before which no timer is due. */
  moveTo(time: number): void {
    this.#engine.tick(time - this.now)
  }

  /** Moves to a time before which no timer is due, and calls none: also not those that are due then. */
  setNow(time: number): void {
    this.#engine.now = time + this.#wallOffset + this.#start
  }

  /**
   * Has `now`, and all clocks with it, go on as `elapsed` does, in ms from here. What is given back calls what has become due
   * meanwhile, each at its time; throws the first that one of them throws.
   */
  goOn(elapsed: () => number): () => void {
    return goOn(this.#engine, elapsed)
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
    else timer.handle = id as NonNullable<EngineTimer['handle']>
  }

  /** The installed functions call the engine's by name: whoever calls them is noted there. */
  #keepSites(): void {
    for (const name of ['setTimeout', 'setInterval'] as const) {
      const original = this.#engine[name] as unknown as SetTimer
      const noted: SetTimer = (run, delay, ...rest) => {
        if (!this.#owns()) return (REAL[name] as SetTimer)(run, delay, ...rest)
        const timer = original(
          boundHere(run, () => timer),
          nodeDelay(delay),
          ...rest,
        )
        this.#label(timer, siteOf(noted))
        this.#onChange()
        return this.#closable(timer)
      }
      // The engine keeps there how to restore itself, and Node what `promisify` is to use.
      Object.defineProperties(noted, Object.getOwnPropertyDescriptors(original))
      Object.defineProperty(this.#engine, name, { value: noted, configurable: true, writable: true })
    }
  }

  #noteClearing(): void {
    for (const name of ['clearTimeout', 'clearInterval'] as const) {
      const original = this.#engine[name] as AnyFunction
      const noted: AnyFunction = (...timers) => {
        original(...timers)
        this.#onChange()
      }
      Object.defineProperties(noted, Object.getOwnPropertyDescriptors(original))
      Object.defineProperty(this.#engine, name, { value: noted, configurable: true, writable: true })
    }
  }

  /** Gives a timer what Node's have and the engine's have not, and has what changes it be noted. */
  #closable(timer: unknown): unknown {
    const close = (): unknown => {
      this.#engine.clearTimeout(timer as never)
      return timer
    }
    const given = timer as Record<'ref' | 'unref' | 'refresh', () => unknown>
    const noted = (['ref', 'unref', 'refresh'] as const).map((name) => {
      const original = given[name]
      const change = (): unknown => {
        original.call(given)
        this.#onChange()
        return given
      }
      return [name, change] as const
    })
    return Object.assign(given, Object.fromEntries(noted), { close, [Symbol.dispose]: close })
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

/** What Node makes of a delay. */
function nodeDelay(delay: unknown): number {
  const ms = Math.trunc(Number(delay))
  return ms >= 1 && ms <= LONGEST ? ms : 1
}
