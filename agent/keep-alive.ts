/** Something that keeps a process alive or does not, such as a socket. */
interface Anchor {
  ref(): unknown
  unref(): unknown
}

/** Keeps the process alive as long as somebody holds it, by a socket or a port that is there anyway. */
export class KeepAlive {
  #anchor: Anchor | undefined
  #holds = 0

  /** From now on it is this by which the process is kept alive. */
  by(anchor: Anchor): void {
    this.#anchor = anchor
    this.#apply()
  }

  /** Keeps the process alive until the returned function is called. */
  hold(): () => void {
    this.#holds++
    this.#apply()
    let released = false
    return () => {
      if (released) return
      released = true
      this.#holds--
      this.#apply()
    }
  }

  #apply(): void {
    if (this.#holds > 0) this.#anchor?.ref()
    else this.#anchor?.unref()
  }
}
