/** Where, in the order in which one process's events are given out, an event has its place. */
export type Channel = 'output' | 'ipc' | 'control' | 'exit' | 'end'

const CHANNELS: readonly Channel[] = ['output', 'ipc', 'control', 'exit', 'end']

interface HeldEvent {
  readonly stream: number
  readonly run: () => void
}

/**
 * What one process has sent and the test has not seen yet. The ways on which it came cannot tell which came first, so the
 * order is set: what it printed, what it said, its exit, the end of its pipes.
 */
export class Source {
  readonly #held = new Map<Channel, HeldEvent[]>()
  /** Children in the order in which they were started come before others, which come by their names. */
  readonly order: number
  readonly name: () => string
  readonly #throttled: () => boolean

  /** @param throttled whether more of its output comes as soon as some has been given out */
  constructor(order: number, name: () => string, throttled: () => boolean = () => false) {
    this.order = order
    this.name = name
    this.#throttled = throttled
  }

  /** Whether anything waits to be given out. */
  get waiting(): boolean {
    return this.#held.size > 0
  }

  /** @param stream of several streams that make up a channel the one on which it came; the lowest is heard first */
  hold(channel: Channel, run: () => void, stream = 0): void {
    const queue = this.#held.get(channel)
    if (queue) queue.push({ stream, run })
    else this.#held.set(channel, [{ stream, run }])
  }

  /**
   * Gives out what is held at this moment, one channel after the other, and calls `rest` after each; false from it ends
   * that. What comes meanwhile waits for the next turn. What an event throws is thrown after those of its channel.
   */
  async turn(rest: (last: boolean) => Promise<boolean>): Promise<void> {
    const throttled = this.#throttled()
    const channels = CHANNELS.filter((name) => this.#held.has(name) && (!throttled || name === 'output'))
    const counts = channels.map((name) => this.#held.get(name)?.length)
    for (const [i, channel] of channels.entries()) {
      this.#give(channel, counts[i])
      if (!(await rest(i === channels.length - 1))) return
    }
  }

  /** Gives out all that is held, at once. */
  giveAll(): void {
    for (let channel = this.#next; channel !== undefined; channel = this.#next) this.#give(channel)
  }

  get #next(): Channel | undefined {
    return CHANNELS.find((name) => this.#held.has(name))
  }

  #give(channel: Channel, count?: number): void {
    const queue = this.#held.get(channel) ?? []
    const events = queue.splice(0, count ?? queue.length)
    if (queue.length === 0) this.#held.delete(channel)
    const errors: unknown[] = []
    for (const { run } of events.sort((a, b) => a.stream - b.stream)) {
      try {
        run()
      } catch (error) {
        errors.push(error)
      }
    }
    // As if the system had called: nobody here may swallow it.
    for (const error of errors) queueMicrotask(() => throwIt(error))
  }
}

/** What comes before what, whatever came first. */
export function bySource(a: Source, b: Source): number {
  if (a.order !== b.order) return a.order - b.order
  const [left, right] = [a.name(), b.name()]
  return left < right ? -1 : left > right ? 1 : 0
}

function throwIt(error: unknown): never {
  throw error
}
