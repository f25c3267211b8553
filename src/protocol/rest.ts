import type { RawFrame } from './ndjson.ts'

/** Faults after which a process does nothing any more, whatever it is sent. */
const FINAL: ReadonlySet<string> = new Set(['hang', 'freeze'])

/** Faults after which it reads nothing more, and signals still wake it. */
const DEAFENING: ReadonlySet<string> = new Set(['deaf'])

/** Signals that wake no program: they stop it, or do nothing unless a handler for them is set. */
const QUIET: ReadonlySet<string> = new Set([
  'SIGCHLD',
  'SIGPIPE',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGUSR1',
  'SIGWINCH',
  'SIGXFSZ',
])

/** Follows what an agent is sent and what it says, to know whether it is at rest. */
export class Rest {
  readonly #final = new Set<number>()
  readonly #deafening = new Set<number>()
  #sent = 0
  /** How many frames it had seen when it said that it is at rest; undefined when it has spoken or was woken since. */
  #seen: number | undefined
  #speaks = false
  #deaf = false
  #finished = false
  #finishing = false

  /** Whether nothing will happen in the agent until it is sent something more. Undefined if it never says `parked`. */
  get reached(): boolean | undefined {
    if (!this.#speaks) return undefined
    return this.#seen !== undefined && (this.#finished || this.#deaf || this.#seen === this.#sent)
  }

  sent(): void {
    this.#sent++
  }

  ordered(id: number, name: string): void {
    if (FINAL.has(name)) this.#final.add(id)
    if (DEAFENING.has(name)) this.#deafening.add(id)
  }

  heard(frame: RawFrame): void {
    if (frame.t === 'parked') {
      this.#speaks = true
      this.#seen = Number(frame['seen'])
      this.#finished = this.#finishing
      return
    }
    this.#seen = undefined
    this.#finished = false
    if (frame.t === 'fired' && this.#deafening.has(Number(frame['id']))) this.#deaf = true
    this.#finishing = frame.t === 'fired' && this.#final.has(Number(frame['id']))
  }

  /** It was sent a signal, upon which it ends, or says `parked` again. */
  disturbed(signal: NodeJS.Signals): void {
    if (QUIET.has(signal)) return
    if (signal === 'SIGCONT') this.#finished = this.#finishing = false
    // What hangs handles no signal, and what is frozen only SIGKILL: no second `parked` would come.
    else if (!this.#finished || signal === 'SIGKILL') this.#seen = undefined
  }
}
