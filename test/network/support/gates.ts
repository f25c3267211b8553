import { deferred } from '../../../src/wait.ts'

/** Points, by name, that one waits at and another opens, in either order. */
export class Gates {
  readonly #gates = new Map<string, ReturnType<typeof deferred<void>>>()

  open(name: string): void {
    this.#gate(name).resolve()
  }

  passed(name: string): Promise<void> {
    return this.#gate(name).promise
  }

  #gate(name: string): ReturnType<typeof deferred<void>> {
    const gate = this.#gates.get(name) ?? deferred<void>()
    this.#gates.set(name, gate)
    return gate
  }
}
