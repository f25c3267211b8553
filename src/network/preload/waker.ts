import type { Control, Open } from './control.ts'

export type SetTimeout = (callback: (...args: unknown[]) => void, delay: number, ...args: unknown[]) => Timer

/** What Node keeps of a timer. */
export interface Timer {
  _onTimeout: unknown
  refresh(): Timer
  ref(): Timer
  unref(): Timer
  hasRef(): boolean
  close(): Timer
}

/** The functions as they were before the program could replace them. */
export interface NativeTimers {
  readonly set: SetTimeout
  readonly clear: (timer: Timer) => void
}

type TimerClass = new (...args: unknown[]) => Timer

interface Alarm {
  /** By `uptime`. Milliseconds. */
  due: number
  isReferenced: boolean
  readonly ring: () => void
}

/** The gateway wakes many at once, and so by less than this too early. Milliseconds. */
const TOLERANCE_MS = 250

const { nextTick, uptime } = process

/**
 * Timers that are counted by the gateway: as long as they wait, the process has none of its own, and rests for whoever looks at it from
 * outside. They are up to a quarter of a second early or late. Where the gateway cannot be asked they are Node's.
 */
export class Waker {
  readonly #control: Control
  readonly #native: NativeTimers
  readonly #alarms = new Set<Alarm>()
  readonly #Timeout: TimerClass
  /** What is waited for at present, and when that is due. */
  #wait: { readonly due: number; readonly open: Open } | undefined
  #isAlone = false

  constructor(control: Control, native: NativeTimers) {
    this.#control = control
    this.#native = native
    // One that is set and cleared would still wake the process up when its time has come: so this is the only one.
    const sample = native.set(() => {}, 1)
    native.clear(sample)
    this.#Timeout = sample.constructor as TimerClass
  }

  /** To its owner the timer is like any of Node's. */
  set(callback: (...args: unknown[]) => void, delay: number, ...args: unknown[]): Timer {
    const timer = new this.#Timeout(callback, delay, args, false, false)
    const alarm: Alarm = { due: 0, isReferenced: true, ring: () => callback(...args) }
    const start = (): void => {
      alarm.due = uptime() * 1000 + delay
      this.#alarms.add(alarm)
      this.#ask()
    }
    const stop = (): void => {
      this.#alarms.delete(alarm)
      this.#hold()
    }
    const refer = (isReferenced: boolean): void => {
      alarm.isReferenced = isReferenced
      this.#hold()
    }
    Object.defineProperties(timer, {
      refresh: method(timer, start),
      ref: method(timer, () => refer(true)),
      unref: method(timer, () => refer(false)),
      close: method(timer, stop),
      // It is in none of Node's lists, out of which `clearTimeout` would take it.
      _destroyed: { value: true, writable: true, configurable: true },
      hasRef: { value: () => alarm.isReferenced, writable: true, configurable: true },
      // This is what `clearTimeout` sets to null, whether it is given the timer or its number.
      _onTimeout: {
        get: () => (this.#alarms.has(alarm) ? callback : null),
        set: (value: unknown) => {
          if (value === null) stop()
        },
        configurable: true,
      },
    })
    start()
    return timer
  }

  #ask(): void {
    if (this.#alarms.size === 0) return
    const due = Math.min(...[...this.#alarms].map((alarm) => alarm.due))
    if (this.#wait && this.#wait.due <= due + TOLERANCE_MS) return this.#hold()
    this.#wait?.open.release()
    const wait = { due, open: this.#open(due, () => this.#ring(wait)) }
    this.#wait = wait
    this.#hold()
  }

  /** @param come called later, once */
  #open(due: number, come: () => void): Open {
    const left = Math.max(1, Math.ceil(due - uptime() * 1000))
    if (this.#isAlone) {
      const timer = this.#native.set(come, left)
      return { hold: () => timer.ref(), release: () => timer.unref() }
    }
    return this.#control.wake(left, (over) => {
      this.#isAlone ||= !over
      come()
    })
  }

  #ring(wait: object): void {
    if (this.#wait === wait) this.#wait = undefined
    const until = uptime() * 1000 + TOLERANCE_MS
    for (const alarm of this.#alarms) {
      // What one of them throws is none of the others' business, but one may stop another.
      nextTick(() => {
        if (alarm.due <= until && this.#alarms.delete(alarm)) alarm.ring()
      })
    }
    nextTick(() => this.#ask())
  }

  #hold(): void {
    if ([...this.#alarms].some(({ isReferenced }) => isReferenced)) this.#wait?.open.hold()
    else this.#wait?.open.release()
  }
}

function method(timer: Timer, run: () => void): PropertyDescriptor {
  const value = (): Timer => {
    run()
    return timer
  }
  return { value, writable: true, configurable: true }
}
