/** Node's own modules, without loading any before it is wanted. */
export const builtin: typeof process.getBuiltinModule =
  // Before 20.16 and 22.3 Node had no other way than this, which is there in the bundle.
  (process as Partial<typeof process>).getBuiltinModule ?? (require as typeof process.getBuiltinModule)

/** By the name of a module of Node's: what is to be done when it has been loaded, before anybody has it. */
export type Wraps = Readonly<Record<string, () => void>>

const PREFIX = 'NativeModule '

/**
 * Runs each of `wraps` as soon as its module is there: at once, or the moment it has been loaded, by whomever, in whatever
 * way. To load them all, only to wrap them, would cost every child three to four milliseconds.
 *
 * Node appends each module that it has loaded to `process.moduleLoadList`, a public array, before it hands it out: an
 * appended element is set through the array's prototype. Where that should not be so, all of them are loaded.
 */
export function whenLoaded(wraps: Wraps): void {
  const { moduleLoadList: list } = process as unknown as { moduleLoadList?: string[] }
  const done = new Set<string>()
  let seen: string | undefined
  const loaded = (entry: unknown): void => {
    if (typeof entry !== 'string' || !entry.startsWith(PREFIX)) return
    const name = entry.slice(PREFIX.length)
    seen = name
    const wrap = wraps[name]
    if (wrap === undefined || done.has(name)) return
    done.add(name)
    wrap()
  }
  if (Array.isArray(list) && Object.isExtensible(list)) {
    for (const entry of list) loaded(entry)
    watch(list, loaded)
    if (isSeen(list, () => seen)) return
  }
  for (const name of Object.keys(wraps)) {
    // What is internal comes with what is public, and cannot be asked for.
    if (!name.startsWith('internal/')) builtin(name)
    loaded(PREFIX + name)
  }
}

function watch(list: string[], appended: (entry: unknown) => void): void {
  // Somebody else, of another bundle, may be watching it already.
  const prototype = new Proxy(Object.getPrototypeOf(list) as object, {
    set(target, key, value, receiver) {
      const done = Reflect.set(target, key, value, receiver)
      if (receiver === list) appended(value)
      return done
    },
  })
  Object.setPrototypeOf(list, prototype)
}

/** The smallest of Node's modules, with which it is tried whether loading is noticed. */
const TRIAL = 'util/types'

function isSeen(list: readonly string[], seen: () => string | undefined): boolean {
  if (list.includes(PREFIX + TRIAL)) return true
  builtin(TRIAL)
  return seen() === TRIAL
}
