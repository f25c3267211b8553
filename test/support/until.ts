import { realDelay, realNow } from '../../src/real-time.ts'

const POLL_MS = 5

/**
 * The first value of `condition` that is neither false nor undefined, looked for again and again: for what makes no event.
 * Rejects, naming `what`, after `limit` ms.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  limit = 15_000,
): Promise<Exclude<T, false | undefined>> {
  for (const end = realNow() + limit; ; await realDelay(POLL_MS)) {
    const value = await condition()
    if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>
    if (realNow() > end) throw new Error(`waited ${limit} ms in vain until ${what}`)
  }
}

/** Resolves when everything that is already due, events of the kernel's included, has been handled. */
export async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Everything that an iteration gives until it ends. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
