import type { Json } from '../src/json.ts'
import { type AgentScript, ENV, PROTOCOL_VERSION } from '../src/protocol/frames.ts'
import type { RawFrame } from '../src/protocol/ndjson.ts'
import { Alarm } from './alarm.ts'
import { Channel } from './channel.ts'
import { die } from './complain.ts'
import { FaultPlayer, type FaultSource } from './fault-player.ts'
import { faultNames, findFault } from './faults/index.ts'
import type { Fault } from './faults/stage.ts'
import { type Hello, SessionStage } from './session-stage.ts'
import { NO_WELCOME, readOptions, readWelcome, type Welcome } from './welcome.ts'

/** What the program around a {@link Session} does when something comes. */
export interface SessionEvents {
  /** A message of the test, when faults at it have been played. */
  message(body: Json): void
  /** The test is gone: exit within 2 s. `ignores`: a fault made this process ignore a signal. */
  lost(ignores: boolean): void
}

/**
 * One agent process in one attempt: the connection to the test, what it said at the start, its faults and its time.
 * The scripted agent and `connect()` are two programs on top of this.
 */
export class Session {
  readonly id: string
  readonly attempt: number
  readonly runtimeDir: string
  readonly script: AgentScript
  readonly channel: Channel | undefined
  readonly alarm: Alarm
  readonly #faults: FaultPlayer
  readonly #stage: SessionStage
  readonly #events: SessionEvents
  #messages = 0
  #readiness: Promise<void> | undefined
  #struck: Promise<void> | undefined

  /**
   * Says hello, waits for the welcome, and plays the faults of starting. Frames are handed on from the next turn of
   * the event loop on. Exits if the test goes away meanwhile. Rejects if nobody listens at `SUPERVISE_SOCKET`.
   * @param faults those of the program's own, by name
   */
  static async open(events: SessionEvents, faults: ReadonlyMap<string, Fault> = new Map()): Promise<Session> {
    const id = process.env[ENV.agent] || 'agent'
    const channel = await openChannel()
    const can = [...faultNames(), ...faults.keys()]
    const hello = { t: 'hello', v: PROTOCOL_VERSION, id, pid: process.pid, can, points: ['write'] } as const
    channel?.send(hello)
    const welcome = await channel?.welcome()
    if (channel !== undefined && welcome === undefined) process.exit(0)
    const session = new Session(
      hello,
      channel,
      welcome === undefined ? NO_WELCOME : readWelcome(welcome),
      events,
      (name) => findFault(name) ?? faults.get(name),
    )
    const work = session.#faults.reach('start')
    // Not now: whoever is ready at once says so first, and pays for the socket afterwards.
    if (channel !== undefined) setImmediate(() => session.#listen(channel))
    if (work !== undefined) await work
    return session
  }

  private constructor(
    hello: Hello,
    channel: Channel | undefined,
    { attempt, faults, script }: Welcome,
    events: SessionEvents,
    find: FaultSource,
  ) {
    const { id } = hello
    this.id = id
    this.attempt = attempt
    this.runtimeDir = process.env[ENV.runtimeDir] || process.cwd()
    this.script = script
    this.channel = channel
    this.alarm = new Alarm(channel)
    this.#events = events
    this.#stage = new SessionStage(this, hello, (n) => void this.#faults.reach({ write: n }))
    this.#faults = new FaultPlayer(faults, find, this.#stage, {
      fired: (id, proof, next) => {
        channel?.send({ t: 'fired', id, proof })
        if (channel === undefined) next()
        else channel.whenSent(next)
      },
      failed: (id, reason) => channel?.send({ t: 'failed', id, reason }),
    })
    if (faults.some(({ at }) => typeof at === 'object' && 'write' in at)) this.#stage.countWrites()
  }

  /** Says ready, when the faults of starting let it; resolves when it has. @param announce called just before */
  ready(announce?: () => void): Promise<void> {
    return (this.#readiness ??= this.#becomeReady(announce))
  }

  /** What the faults at ready do that take a while, such as starting a process. */
  get struck(): Promise<void> | undefined {
    return this.#struck
  }

  /** Unless it has been said, ready never will be. */
  abandonReady(): void {
    this.#stage.delayReady(Infinity)
  }

  /** Tells the test that the agent is at this point, plays the faults ordered for it, and waits for the test. */
  cue(name: string): Promise<void> {
    return new Promise((resolve) => {
      this.alarm.cue(name, resolve)
      void this.#faults.reach({ cue: name })
    })
  }

  /** Waits `ms` of the test's time. Rejects with the signal's reason as soon as that aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = (): void => {
        cancel()
        reject(signal?.reason)
      }
      const cancel = this.alarm.after(ms, () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      })
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** Calls `f` every `ms` of the test's time, until the returned function is called. */
  every(ms: number, f: () => void): () => void {
    let stopped = false
    let cancel = (): void => {}
    const wait = (): void => {
      cancel = this.alarm.after(ms, () => {
        f()
        if (!stopped) wait()
      })
    }
    wait()
    return () => {
      stopped = true
      cancel()
    }
  }

  /** Sends a message. Throws `RangeError` for one beyond 1 MiB. */
  send(body: Json): void {
    if (!this.#stage.muted) this.channel?.send({ t: 'message', body })
  }

  async #becomeReady(announce?: () => void): Promise<void> {
    for (let delay = this.#stage.readyDelay(); delay > 0; delay = this.#stage.readyDelay()) {
      if (delay === Infinity) return this.#never()
      await this.sleep(delay)
    }
    announce?.()
    this.#stage.ready = true
    this.channel?.send({ t: 'ready' })
    this.#struck = this.#faults.reach('ready')
    this.#faults.schedule((ms, strike) => this.alarm.after(ms, strike, true))
  }

  #listen(channel: Channel): void {
    channel.listen({
      frame: (frame) => this.#receive(frame),
      lost: () => {
        this.#events.lost(this.#stage.ignores)
        this.alarm.disconnected()
      },
    })
  }

  #receive(frame: RawFrame): void {
    if (frame.t === 'go') this.alarm.go(frame['n'])
    else if (frame.t === 'message') {
      const swallowed = this.#stage.swallows(() => this.#faults.reach({ message: ++this.#messages }))
      if (!swallowed) this.#events.message((frame['body'] ?? null) as Json)
    } else if (frame.t === 'do') {
      const { id, name } = frame
      const options = readOptions(frame['options'])
      if (typeof id !== 'number' || typeof name !== 'string')
        die('the test sent a "do" without an id and a name.')
      if (options === undefined) die('the test sent a "do" whose options are no object.')
      void this.#faults.play(id, name, options)
    } else if (frame.t === 'undo') this.#faults.forget(frame['id'])
  }

  /** Waits for ever, and keeps the process alive for that. */
  #never(): Promise<never> {
    this.channel?.hold()
    return new Promise(() => {})
  }
}

/** Undefined outside a test. */
async function openChannel(): Promise<Channel | undefined> {
  const fd = process.env[ENV.fd]
  if (fd !== undefined && fd !== '') {
    // Children inherit the environment, but not the descriptor: they must not take it for theirs.
    delete process.env[ENV.fd]
    if (!/^\d+$/.test(fd)) die(`SUPERVISE_FD is ${JSON.stringify(fd)}, not the number of a descriptor.`)
    return Channel.onDescriptor(Number(fd))
  }
  const path = process.env[ENV.socket]
  if (path === undefined || path === '') return undefined
  const channel = await Channel.onSocket(path)
  process.on('exit', (code) => channel.farewell({ code }))
  return channel
}
