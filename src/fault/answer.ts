import type { Clock } from '../clock/clock.ts'
import { realDelay } from '../real-time.ts'

/** How long an agent may say nothing to an order. Ms of real time. */
export interface AnswerLimits {
  readonly ready: number
  /** The same in virtual time, as long as nobody moves that. */
  readonly patience: number
}

/** A clock that knows whether its time is virtual. */
interface KnowingClock extends Clock {
  readonly virtual: boolean
}

/**
 * The outcome of `answer`; when an agent has said nothing for too long, what `silent` makes of how long that is. The answer may
 * come later.
 */
export async function answered(
  answer: Promise<void>,
  clock: Clock | KnowingClock,
  limits: () => AnswerLimits,
  silent: (ms: number) => Error,
): Promise<void> {
  const over = new AbortController()
  try {
    await Promise.race([answer, silence(clock, limits, silent, over.signal)])
  } finally {
    over.abort()
  }
}

async function silence(
  clock: Clock | KnowingClock,
  limits: () => AnswerLimits,
  silent: (ms: number) => Error,
  over: AbortSignal,
): Promise<never> {
  const isVirtual = (): boolean => 'virtual' in clock && clock.virtual
  for (;;) {
    const { ready, patience } = limits()
    const limit = isVirtual() ? patience : ready
    const before = clock.now
    await realDelay(limit, over)
    // Who moves virtual time is told by the clock itself when something hangs.
    if (!isVirtual() || clock.now === before) throw silent(limit)
  }
}
