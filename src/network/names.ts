/** Set aside for measurements between networks (RFC 2544): no host outside has them. */
const FIRST = [198, 18, 0, 1] as const
const MOST = 2 ** 17 - 2

/** Addresses for names that stand for nothing outside of the test: a connection to one is one to its name. */
export class Names {
  readonly #addresses = new Map<string, string>()
  readonly #names = new Map<string, string>()

  /** The address of this name, the same at every call. Names get theirs in the order in which they are first asked for. */
  addressOf(name: string): string {
    const known = this.#addresses.get(name)
    if (known !== undefined) return known
    const at = (this.#addresses.size % MOST) + FIRST[3]
    const address = `${FIRST[0]}.${FIRST[1] + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`
    this.#addresses.set(name, address)
    this.#names.set(address, name)
    return address
  }

  /** The name that has been given this address; the host itself if none has. */
  nameOf(host: string): string {
    return this.#names.get(host) ?? host
  }
}
