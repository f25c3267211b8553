import { randomStream } from '../random.ts'

/** Puts lists into an order that the seed gives, each another one (Fisher and Yates); without a seed they stay as they are. */
export function seededOrder(seed: number | undefined): <T>(items: T[]) => T[] {
  if (seed === undefined) return (items) => items
  const random = randomStream(seed, 'order of events')
  return <T>(items: T[]): T[] => {
    for (let last = items.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1))
      const taken = items[last] as T
      items[last] = items[other] as T
      items[other] = taken
    }
    return items
  }
}
