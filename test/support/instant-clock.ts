import type { Clock } from '../../src/clock/clock.ts'

/** A clock on which nothing takes longer than it sleeps: decisions can be tested without waiting for them. */
export class InstantClock implements Clock {
  now = 0
  readonly slept: number[] = []

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.slept.push(ms)
    this.now += ms
    await Promise.resolve()
    signal?.throwIfAborted()
  }
}
