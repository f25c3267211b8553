import { OPEN_ROUTER } from '../../src/clock/route.ts'
import type { Ruler } from '../../src/clock/test-clock.ts'
import { abortable, deferred } from '../../src/wait.ts'

/** A clock that a test moves by hand, and that holds no events. */
export class ManualClock implements Ruler {
  now = 0
  readonly route = OPEN_ROUTER.route
  /** The times at which somebody wakes. */
  readonly pending = new Map<object, { readonly at: number; wake(): void }>()

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = deferred<void>()
    this.pending.set(promise, { at: this.now + ms, wake: resolve })
    try {
      await abortable(promise, signal)
    } finally {
      this.pending.delete(promise)
    }
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return this.sleep(ms, signal)
  }

  hold(): () => void {
    return () => {}
  }

  /** Whether somebody sleeps until this time. */
  awaits(time: number): boolean {
    return [...this.pending.values()].some(({ at }) => at === time)
  }

  moveTo(time: number): void {
    this.now = time
    for (const { at, wake } of this.pending.values()) if (at <= time) wake()
  }
}
