import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/**
 * Numbers from 0 up to but not including 1, the same for the same seed and label, everywhere. Each concern has a label
 * of its own, so that what one of them draws does not shift the others.
 */
export function randomStream(seed: number, label: string): () => number {
  const generator = randomGenerator(seed, label)
  return () => uniformFloat64(generator)
}

/** What {@link randomStream} draws from, for who draws in another way. */
export function randomGenerator(seed: number, label: string): ReturnType<typeof xoroshiro128plus> {
  // Loaded when somebody has a seed: it would add three ms to the start of every program that goes by a clock.
  const { createHash } = process.getBuiltinModule('node:crypto')
  const digest = createHash('sha256').update(`${seed}:${label}`).digest()
  return xoroshiro128plus(digest.readInt32LE(0))
}
