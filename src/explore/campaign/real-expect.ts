import { createRequire } from 'node:module'
import path from 'node:path'

interface Expect {
  (...args: unknown[]): unknown
  setState(state: object): void
}

/**
 * Vitest's `expect`, with the matchers of this package, where Vitest itself does not run: it needs no test to compare and to
 * throw. It is loaded when it is first used, and takes some 0.2 s for it.
 */
export function realExpect(): unknown {
  let loaded: Expect | undefined
  const real = (): Expect => (loaded ??= load())
  return new Proxy(function () {}, {
    apply: (_, self, args: unknown[]) => Reflect.apply(real(), self, args),
    get: (_, key) => Reflect.get(real(), key) as unknown,
  })
}

function load(): Expect {
  const require = createRequire(import.meta.url)
  // Its entry for `require` does nothing but refuse.
  const vitest = path.join(path.dirname(require.resolve('vitest/package.json')), 'dist/index.js')
  const { expect } = require(vitest) as { readonly expect: Expect }
  // Else it asks the worker of Vitest.
  expect.setState({ testPath: undefined })
  require('vitest-supervise/matchers')
  return expect
}
