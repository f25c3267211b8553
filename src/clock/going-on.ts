import type { Clock as FakeClock } from '@sinonjs/fake-timers'

/**
 * Has the time of an engine go on as `elapsed` does, in ms from here, instead of standing still. What is given back calls what
 * has become due meanwhile, each at its time; throws the first that one of them throws.
 */
export function goOn(engine: FakeClock, elapsed: () => number): () => void {
  const from = engine.now
  let called = from
  let calling = false
  Object.defineProperty(engine, 'now', {
    get: () => (calling ? called : from + Math.floor(elapsed())),
    set: (time: number) => {
      called = time
    },
  })
  return () => {
    const behind = engine.now - called
    calling = true
    try {
      engine.tick(behind)
    } finally {
      calling = false
    }
  }
}
