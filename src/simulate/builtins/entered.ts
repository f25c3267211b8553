import type { Simulation } from '../simulation.ts'

/** A simulation to which timers, clocks and processes of this thread belong for a while. */
export interface Entered {
  readonly simulation: Simulation
  /** What `Math.random` gives. */
  readonly random: () => number
}

/** Where the functions of Node find the simulation that they belong to now. */
export interface Place {
  current: Entered | undefined
}

/** Puts a value where another one was. */
export type Replace = <Target extends object>(
  target: Target,
  name: keyof Target & string,
  value: unknown,
) => void

/** A function that stands for one of Node's: with its name and its properties, except for those that are given. */
export function standIn<Original extends object>(
  original: Original,
  run: unknown,
  own: Readonly<Record<string | symbol, unknown>> = {},
): Original {
  const descriptors = Object.getOwnPropertyDescriptors(original) as PropertyDescriptorMap
  for (const name of ['prototype', ...Reflect.ownKeys(own)]) Reflect.deleteProperty(descriptors, name)
  const values = Reflect.ownKeys(own).map((name) => [
    name,
    { value: own[name], configurable: true, writable: true },
  ])
  return Object.defineProperties(run as Original, { ...descriptors, ...Object.fromEntries(values) })
}
