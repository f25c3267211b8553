/** What the module `vitest` is while a file is loaded for its explorations alone. */
export function vitestStandIn({ describe, expect, use }: Parts): Readonly<Record<string, unknown>> {
  const test = inert('test', use, { describe, suite: describe })
  const vi = inert('vi', use, {
    hoisted: (make: () => unknown) => make(),
    ...Object.fromEntries(CHANGES_THE_WORLD.map((name) => [name, () => refuse(`vi.${name}`)])),
  })
  const others = Object.fromEntries(OTHERS.map((name) => [name, inert(name, use)]))
  return { ...others, describe, suite: describe, expect, test, it: test, vi, vitest: vi }
}

/** Does nothing, whatever is done with it, but say so to `use` when it is called. Reads as itself however deep. */
export function inert(name: string, use: (name: string) => void, known: Known = {}): unknown {
  return new Proxy(function () {}, {
    get(_, key) {
      if (typeof key === 'string' && Object.hasOwn(known, key)) return known[key]
      if (key === Symbol.iterator) return () => [][Symbol.iterator]()
      if (key === Symbol.toPrimitive) return () => name
      // Nobody may await it: it would never be there.
      return typeof key === 'symbol' || key === 'then' ? undefined : inert(`${name}.${key}`, use)
    },
    apply() {
      use(name)
      return inert(`${name}()`, use)
    },
    construct() {
      use(name)
      return inert(`new ${name}()`, use) as object
    },
    set: () => true,
  })
}

type Known = Readonly<Record<string, unknown>>

interface Parts {
  readonly describe: unknown
  readonly expect: unknown
  readonly use: (name: string) => void
}

/** A file that calls these means something else without them. */
const CHANGES_THE_WORLD = [
  'mock',
  'doMock',
  'importActual',
  'importMock',
  'mockObject',
  'spyOn',
  'stubEnv',
  'stubGlobal',
  'useFakeTimers',
]

const OTHERS = [
  'afterAll',
  'afterEach',
  'aroundAll',
  'aroundEach',
  'assert',
  'assertType',
  'beforeAll',
  'beforeEach',
  'bench',
  'chai',
  'createExpect',
  'expectTypeOf',
  'inject',
  'onTestFailed',
  'onTestFinished',
  'recordArtifact',
  'should',
]

function refuse(name: string): never {
  throw new Error(`It calls \`${name}\`, which only Vitest can do.`)
}
