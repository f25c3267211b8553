import type { Json } from '../json.ts'
import type { Attempt, Conversation } from '../process/attempt.ts'
import type { AgentScript, FaultOrder } from '../protocol/frames.ts'
import type { SessionListener, Welcome } from '../protocol/host-session.ts'
import type { Body, Program } from './body.ts'
import { DEEDS } from './deeds.ts'
import { startIdle } from './idle.ts'
import { Orders } from './orders.ts'
import { Wire } from './wire.ts'
import type { World } from './world.ts'

export interface LifeParts {
  readonly world: World
  readonly attempt: Attempt
  /** What it is told first; made when it says hello. */
  readonly welcome: () => Welcome
  /** Told of the messages that it sends. */
  readonly onMessage?: (body: Json) => void
  /** It has said that it is ready. */
  readonly onReady?: () => void
  /** Its connection to the test has ended. */
  readonly onEnded?: () => void
}

/**
 * The program of a simulated agent: it plays its script and its faults as the scripted agent does, in the same order, with
 * nothing but its body and the time of the simulation.
 */
export class Life implements Program, Conversation {
  readonly body: Body
  readonly world: World
  listener: SessionListener | undefined
  script: AgentScript = {}
  /** Whether `ready` has been said. */
  ready = false
  /** Whether messages are dropped instead of sent. */
  muted = false
  readonly #parts: LifeParts
  readonly #wire: Wire
  readonly #orders: Orders
  readonly #answers = new Map<NodeJS.Signals, () => void>()
  #stops: (() => void)[] = []
  #began = false
  #leaving = false
  #falls: 'at once' | 'soon' | undefined
  #readyDelay = 0
  #messages = 0
  #swallowed = false
  /** What has come on standard input, which is read when the faults at ready are over. */
  #unread: (() => void)[] | undefined = []

  constructor(parts: LifeParts, makeBody: (program: Program) => Body) {
    this.#parts = parts
    this.world = parts.world
    this.body = makeBody(this)
    this.#wire = new Wire(this.body, parts.world.clock)
    this.#orders = new Orders(this, {
      fired: (id, proof) => this.#wire.say(() => this.listener?.fired(id, proof)),
      failed: (id, reason) => this.#wire.say(() => this.listener?.failed(id, reason)),
    })
  }

  /** Says hello, when everybody here has done what he can, and lives. */
  begin(): void {
    this.body.later(() => {
      const { attempt, welcome } = this.#parts
      const { faults, script } = welcome()
      this.script = script
      this.#orders.begin(faults)
      attempt.connected(this)
      attempt.hello({ id: attempt.agent, pid: this.body.pid, can: Object.keys(DEEDS), points: [] })
      this.#orders.reach('start', () => this.#startUp())
    })
  }

  get isConnected(): boolean {
    return this.#wire.isOpen
  }

  answers(signal: NodeJS.Signals): boolean {
    return this.#answers.has(signal) || (this.#began && this.script.onSignal?.[signal] !== undefined)
  }

  signal(signal: NodeJS.Signals): void {
    const taken = this.#answers.get(signal)
    if (taken) return taken()
    const answer = this.script.onSignal?.[signal]
    if (answer === undefined || answer === 'ignore' || this.#leaving) return
    this.#leaving = true
    this.#stop()
    const { drain = 0, exit = 0 } = answer
    if (drain > 0) this.after(drain, () => this.body.end(exit, null))
    else this.body.end(exit, null)
  }

  ended(): void {
    this.closeConnection()
  }

  // What the test says.

  order({ id, name, options }: Omit<FaultOrder, 'at'>): Promise<boolean> {
    if (this.isConnected) this.#wire.hear(() => this.#orders.play({ id, name, options, at: 'ready' }))
    return Promise.resolve(this.isConnected)
  }

  retract(id: number): void {
    this.#wire.hear(() => this.#orders.retract(id))
  }

  /** A signal is felt by the body. */
  signalled(): void {}

  /** A message of the test. False when the connection is over. */
  send(body: Json): boolean {
    if (!this.isConnected) return false
    this.#wire.hear(() => {
      this.#swallowed = false
      this.#orders.reach({ message: ++this.#messages })
      this.body.run(() => !this.#swallowed && this.message(body))
    })
    return true
  }

  /** The test has ended the connection. */
  lost(): void {
    if (!this.isConnected) return
    this.body.later(() => {
      this.closeConnection()
      this.#stop()
      if (this.#answers.size === 0 && Object.keys(this.script.onSignal ?? {}).length === 0)
        this.body.end(0, null)
    })
  }

  /** What comes on standard input. */
  input(data: Buffer): void {
    this.#read(() => this.script.stdin === 'echo' && this.body.write(1, data))
  }

  inputEnds(): void {
    this.#read(() => this.script.stdin === 'exit-on-eof' && this.#end())
  }

  // What faults do.

  /** Sends a message. */
  message(body: Json): void {
    if (!this.muted) this.#wire.say(() => this.#parts.onMessage?.(body))
  }

  delayReady(ms: number): void {
    this.#readyDelay += ms
  }

  swallow(): void {
    this.#swallowed = true
  }

  answer(signal: NodeJS.Signals, act: () => void): void {
    this.#answers.set(signal, act)
  }

  /** Reads neither standard input any more nor what the test sends. */
  deafen(): void {
    this.#wire.deaf = true
  }

  /** Ends the connection to the test, and lives on. */
  closeConnection(): void {
    this.#wire.hangUp(() => {
      this.listener?.ended({ exitCode: null, signal: null })
      this.#parts.onEnded?.()
    })
  }

  /**
   * Ends, by what nobody has caught: `at once`, when the faults of this moment are played, or `soon`, when it has come to
   * something that takes a while.
   */
  fall(when: 'at once' | 'soon', end: () => void): void {
    this.#falls = when
    if (when === 'at once') this.#orders.fall()
    this.body.later(end)
  }

  /** Acts in so many ms of the test's time, unless the returned function is called before. */
  after(ms: number, act: () => void): () => void {
    return this.#wire.after(ms, act)
  }

  // What it does by itself.

  #startUp(): void {
    this.#began = true
    const { stdout, startDelay = 0 } = this.script
    if (stdout?.start !== undefined) this.body.write(1, `${stdout.start}\n`)
    if (startDelay > 0) this.#stops.push(this.after(startDelay, () => this.#prepare()))
    else this.#prepare()
  }

  #prepare(): void {
    const { listen, children = [] } = this.script
    if (listen !== undefined) {
      if (this.#falls) return
      this.message({ listening: listen === 0 ? 32_768 + (this.body.pid % 28_000) : listen })
    }
    for (const kind of children) {
      startIdle(this.world, this.body, kind)
      if (this.#falls) return
    }
    this.#becomeReady()
  }

  #becomeReady(): void {
    const delay = this.#readyDelay
    if (delay === Infinity) return
    this.#readyDelay = 0
    if (delay > 0) return void this.after(delay, () => this.#becomeReady())
    this.ready = true
    const { stdout } = this.script
    if (stdout?.ready !== undefined) this.body.write(1, `${stdout.ready}\n`)
    this.#wire.say(() => {
      this.listener?.ready()
      this.#parts.onReady?.()
    })
    let begun = false
    const read = (): void => {
      // That takes a while.
      if (begun && !this.#falls) this.#readInput()
      begun = true
    }
    this.#orders.reach('ready', read)
    this.body.run(() => {
      if (this.#falls === 'at once') return
      this.#run()
      read()
    })
  }

  #run(): void {
    this.#orders.schedule((ms, strike) => this.after(ms, strike))
    const { heartbeat, stdout, lifetime } = this.script
    let beats = 0
    if (heartbeat !== undefined) this.#every(heartbeat, () => this.message({ heartbeat: ++beats }))
    const every = stdout?.every
    if (every !== undefined) this.#every(every.ms, () => this.body.write(1, `${every.text}\n`))
    if (lifetime !== undefined) this.#stops.push(this.after(lifetime, () => this.#end()))
  }

  #readInput(): void {
    const unread = this.#unread ?? []
    this.#unread = undefined
    for (const read of unread) this.#read(read)
  }

  #read(act: () => void): void {
    if (this.#unread) this.#unread.push(act)
    else if (!this.#wire.deaf) act()
  }

  #every(ms: number, act: () => void): void {
    let stopped = false
    const wait = (): void => {
      this.after(ms, () => {
        if (stopped) return
        act()
        wait()
      })
    }
    wait()
    this.#stops.push(() => (stopped = true))
  }

  #end(): void {
    this.#leaving = true
    this.#stop()
    this.body.end(this.script.exitCode ?? 0, null)
  }

  /** No more heartbeats, lines or lifetime; what is starting does not become ready. */
  #stop(): void {
    this.delayReady(Infinity)
    for (const stop of this.#stops.splice(0)) stop()
  }
}
