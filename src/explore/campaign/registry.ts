/** What takes the explorations of a file that is loaded for them alone, and stands in for what runs them otherwise. */
export interface Registry {
  /** What `explore` does meanwhile. */
  explore(name: string, options: unknown, scenario: unknown): void
  /** What the file gets for the module `vitest`. */
  readonly vitest: Readonly<Record<string, unknown>>
}

/** By this it is found from every copy of this package that a thread has. */
export const REGISTRY_KEY = 'vitest-supervise.explorations'

const KEY = Symbol.for(REGISTRY_KEY)

/** The registry of this thread; undefined unless a file is loaded for its explorations. */
export function registry(): Registry | undefined {
  return (globalThis as Record<symbol, unknown>)[KEY] as Registry | undefined
}

/** Makes it the registry of this thread until the next one is. Undefined: there is none any more. */
export function setRegistry(value: Registry | undefined): void {
  Object.defineProperty(globalThis, KEY, { value, configurable: true, enumerable: false, writable: true })
}
