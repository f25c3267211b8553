import type { HeapEntry } from './heap.ts'

/** What a timer is: of the program under test, or a wait of the simulation itself. Intervals are called again and again. */
export type TimerKind = 'timeout' | 'interval' | 'wait'

/** Where timers wait. */
export interface TimerKeeper {
  /** Has it called in its delay from now, whether it waits already or not. */
  arm(timer: HeapTimer): void
  disarm(timer: HeapTimer): void
  /** It can be cleared by its number from now on. */
  know(timer: HeapTimer): void
}

/** What `setTimeout` of a {@link HeapClock} gives, with the surface of Node's `Timeout`. */
export class HeapTimer implements HeapEntry, Disposable {
  /** When it is due, in ms of its clock. */
  at = 0
  order = 0
  index = -1
  readonly id: number
  /** In whole ms. */
  readonly delay: number
  readonly kind: TimerKind
  readonly run: () => void
  /** It is never called again, whatever is asked of it. */
  cleared = false
  readonly #keeper: TimerKeeper
  #ref = true

  /** @internal */
  constructor(keeper: TimerKeeper, id: number, delay: number, kind: TimerKind, run: () => void) {
    this.#keeper = keeper
    this.id = id
    this.delay = delay
    this.kind = kind
    this.run = run
  }

  /** Changes nothing but what `hasRef` says: a simulation is no process that a timer could keep alive. */
  ref(): this {
    this.#ref = true
    return this
  }

  unref(): this {
    this.#ref = false
    return this
  }

  hasRef(): boolean {
    return this.#ref
  }

  /** Has it called in its whole delay from now, also if it has been called already. */
  refresh(): this {
    this.#keeper.arm(this)
    return this
  }

  close(): this {
    this.#keeper.disarm(this)
    return this
  }

  /** Its number, by which it can be cleared, too. */
  [Symbol.toPrimitive](): number {
    this.#keeper.know(this)
    return this.id
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
