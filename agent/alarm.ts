import type { Channel } from './channel.ts'

/** What waits for the test's `go`: a time, or a cue. */
interface Wait {
  readonly ms: number | undefined
  readonly incidentally: boolean
  readonly run: () => void
}

/** The longest time that Node's own timers can wait: about 25 days. */
const LONGEST = 2 ** 31 - 1

/**
 * The agent's time. Supervised, the test is asked for it (`sleep`, then `go`), so that a virtual clock rules; with
 * nobody to ask, it is real. What pends when the connection ends goes on in real time, from its start.
 */
export class Alarm {
  readonly #channel: Channel | undefined
  readonly #waits = new Map<number, Wait>()
  #last = 0

  constructor(channel: Channel | undefined) {
    this.#channel = channel
  }

  /**
   * Calls `run` in `ms`, which may be `Infinity`, unless the returned function was called before. Keeps the process alive
   * meanwhile, unless it is to do so only `incidentally`.
   */
  after(ms: number, run: () => void, incidentally = false): () => void {
    const wait = Number.isNaN(ms) || ms < 0 ? 0 : ms
    return this.#ask(wait, run, incidentally, (n) => ({ t: 'sleep', ms: wait, n }))
  }

  /** Tells the test that the agent is at this point, and calls `run` when it may go on. */
  cue(name: string, run: () => void): void {
    this.#ask(undefined, run, false, (n) => ({ t: 'cue', name, n }))
  }

  /** The test's `go`. Numbers that wait for nothing any more are ignored. */
  go(n: unknown): void {
    if (typeof n !== 'number') return
    const wait = this.#waits.get(n)
    this.#waits.delete(n)
    wait?.run()
  }

  /** Nobody will say `go` any more. */
  disconnected(): void {
    for (const [n, { ms, incidentally }] of this.#waits) {
      this.#inRealTime(ms, () => this.go(n), incidentally)
    }
  }

  #ask(
    ms: number | undefined,
    run: () => void,
    incidentally: boolean,
    frame: (n: number) => { t: 'sleep'; ms: number; n: number } | { t: 'cue'; name: string; n: number },
  ): () => void {
    const channel = this.#channel
    if (channel === undefined || !channel.open) return this.#inRealTime(ms, run, incidentally)
    const n = ++this.#last
    const release = incidentally ? nothing : channel.hold()
    const done = (): void => {
      this.#waits.delete(n)
      release()
    }
    this.#waits.set(n, {
      ms,
      incidentally,
      run: () => {
        done()
        run()
      },
    })
    // JSON has no Infinity, and nobody need count to it.
    if (ms !== Infinity) channel.send(frame(n))
    return done
  }

  #inRealTime(ms: number | undefined, run: () => void, incidentally: boolean): () => void {
    if (ms === undefined) {
      queueMicrotask(run)
      return nothing
    }
    const timer = setTimeout(run, Math.min(ms, LONGEST))
    if (incidentally) timer.unref()
    return () => clearTimeout(timer)
  }
}

function nothing(): void {}
