import { Source } from '../clock/source.ts'
import type { World } from './world.ts'

/** What a process is about: it is told what comes to it, when it is able to hear it. */
export interface Program {
  /** Whether it answers this signal itself. */
  answers(signal: NodeJS.Signals): boolean
  signal(signal: NodeJS.Signals): void
  /** It is no more. */
  ended(): void
}

/** Who started a process, and is told of what it does. Each call comes when its turn has come. */
export interface Parent {
  output(fd: 1 | 2, data: Buffer): void
  /** Nothing more will come from there. */
  outputEnds(fd: 1 | 2): void
  exited(exitCode: number | null, signal: NodeJS.Signals | null): void
  /** The IPC channel has ended. */
  disconnected(): void
}

/** What has no effect on a program of Node that does not listen for it. */
const HARMLESS = /^SIG(?:CHLD|CONT|PIPE|URG|USR1|WINCH|XFSZ)$/
const STOPPING = /^SIG(?:STOP|TSTP|TTIN|TTOU)$/
const OUTPUTS = [1, 2] as const

/** What of a process is the system's: its signals, whether it runs, its outputs, its end. POSIX. */
export class Body {
  readonly pid: number
  readonly ppid: number
  /** Its process group, which a detached one leads. */
  readonly pgid: number
  /** How lists call it. */
  readonly name: string
  readonly children = new Set<Body>()
  /** What of it has not been heard. */
  readonly source: Source
  /** Blocked for ever: it does nothing, and what it would answer it does not. */
  hung = false
  readonly #world: World
  readonly #parent: Parent | undefined
  readonly #program: Program
  readonly #output = new Map<1 | 2, Buffer[]>()
  readonly #closed = new Set<1 | 2>()
  /** Those that hold its outputs open. */
  readonly #holders = new Set<Body>([this])
  readonly #onEnd: (() => void)[] = []
  /** What is waiting for SIGCONT. */
  #held: (() => void)[] = []
  #pending: NodeJS.Signals[] = []
  #stopped = false
  #end: { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null } | undefined

  /** @param parent undefined: nobody hears of it */
  constructor(
    world: World,
    program: Program,
    { name, parent, by, detached = false }: { name: string; parent?: Parent; by?: Body; detached?: boolean },
  ) {
    this.#world = world
    this.#program = program
    this.#parent = parent
    this.name = name
    this.pid = world.nextPid()
    this.ppid = by?.pid ?? process.pid
    this.pgid = detached ? this.pid : (by?.pgid ?? process.pid)
    this.source = new Source(this.pid, () => name)
    by?.children.add(this)
  }

  get isAlive(): boolean {
    return this.#end === undefined
  }

  /** Whether anything lives that it has started, or that those have. */
  get hasDescendants(): boolean {
    return [...this.children].some((child) => child.isAlive || child.hasDescendants)
  }

  get isStopped(): boolean {
    return this.#stopped
  }

  /** Has it act as soon as it can: not while it is stopped, never when it hangs or has ended. */
  run(act: () => void): void {
    if (!this.isAlive) return
    if (this.#stopped) this.#held.push(act)
    else if (!this.hung) act()
  }

  /** The same, when what is under way here is done. */
  later(act: () => void): void {
    this.#world.do(() => this.run(act))
  }

  /** Has its parent, or the test, hear this when its turn has come. */
  tell(channel: 'control' | 'ipc' | 'exit' | 'end' | 'output', event: () => void, stream?: number): void {
    this.source.hold(channel, event, stream)
    this.#world.announce(this.source)
  }

  write(fd: 1 | 2, data: Buffer | string): void {
    if (!this.#parent || this.#closed.has(fd)) return
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    const waiting = this.#output.get(fd)
    if (waiting) return void waiting.push(bytes)
    this.#output.set(fd, [bytes])
    this.tell(
      'output',
      () => {
        const chunks = this.#output.get(fd) ?? []
        this.#output.delete(fd)
        this.#parent?.output(fd, Buffer.concat(chunks))
      },
      fd,
    )
  }

  /** Lets go of an output. */
  closeOutput(fd: 1 | 2): void {
    if (this.#closed.has(fd)) return
    this.#closed.add(fd)
    this.tell('end', () => this.#parent?.outputEnds(fd), fd)
  }

  /** Has this process hold the outputs of another one open. */
  holdOutputsOf(other: Body): void {
    other.#holders.add(this)
    this.#onEnd.push(() => other.#release(this))
  }

  /** Sends it a signal. False if it has ended. */
  signal(signal: NodeJS.Signals): boolean {
    if (!this.isAlive) return false
    if (signal === 'SIGKILL') this.end(null, signal)
    else if (signal === 'SIGCONT') this.#continue()
    else if (signal === 'SIGSTOP') this.#stopped = true
    else if (this.#stopped) this.#pending.push(signal)
    else this.#take(signal)
    return true
  }

  /** Ends it. */
  end(exitCode: number | null, signal: NodeJS.Signals | null): void {
    if (this.#end) return
    this.#end = { exitCode, signal }
    this.#held = []
    this.#program.ended()
    const parent = this.#parent
    if (parent) {
      this.tell('ipc', () => parent.disconnected())
      this.tell('exit', () => parent.exited(exitCode, signal))
    }
    this.#release(this)
    for (const run of this.#onEnd.splice(0)) run()
  }

  #release(holder: Body): void {
    this.#holders.delete(holder)
    if (this.#parent && this.#holders.size === 0) for (const fd of OUTPUTS) this.closeOutput(fd)
  }

  #take(signal: NodeJS.Signals): void {
    if (this.#program.answers(signal)) this.later(() => this.#program.signal(signal))
    else if (STOPPING.test(signal)) this.#stopped = true
    else if (!HARMLESS.test(signal)) this.end(null, signal)
  }

  #continue(): void {
    if (!this.#stopped) return
    this.#stopped = false
    const [held, pending] = [this.#held, this.#pending]
    this.#held = []
    this.#pending = []
    for (const signal of pending) this.signal(signal)
    for (const act of held) this.later(act)
  }
}
