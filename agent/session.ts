import type { Json } from '../src/json.ts'
import { type AgentScript, ENV, type FaultOrder, PROTOCOL_VERSION } from '../src/protocol/frames.ts'
import type { RawFrame } from '../src/protocol/ndjson.ts'
import { Alarm } from './alarm.ts'
import { Channel } from './channel.ts'
import { die } from './complain.ts'
import { FaultPlayer } from './fault-player.ts'
import { faultNames } from './faults/index.ts'
import type { Stage } from './faults/stage.ts'
import { endsProcess, ignoreSignal } from './signals.ts'

/** What the program around a {@link Session} does when something comes. */
export interface SessionEvents {
  /** A message of the test, when faults at it have been played. */
  message(body: Json): void
  /** The test is gone: exit within 2 s. `ignores`: a fault made this process ignore a signal. */
  lost(ignores: boolean): void
  /** A fault has closed the connection: live on without it. */
  cut(): void
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
  readonly #events: SessionEvents
  #messages = 0
  #ready = false
  #readiness: Promise<void> | undefined
  #readyDelay = 0
  #ignores = false

  /**
   * Says hello, waits for the welcome, and plays the faults of starting. Frames are handed on from the next turn of
   * the event loop on. Exits if the test goes away meanwhile. Rejects if nobody listens at `SUPERVISE_SOCKET`.
   */
  static async open(events: SessionEvents): Promise<Session> {
    const id = process.env[ENV.agent] || 'agent'
    const channel = await openChannel()
    channel?.send({ t: 'hello', v: PROTOCOL_VERSION, id, pid: process.pid, can: faultNames() })
    const welcome = await channel?.welcome()
    if (channel !== undefined && welcome === undefined) process.exit(0)
    return new Session(id, channel, welcome, events)
  }

  private constructor(
    id: string,
    channel: Channel | undefined,
    welcome: RawFrame | undefined,
    events: SessionEvents,
  ) {
    this.id = id
    this.attempt = typeof welcome?.['attempt'] === 'number' ? welcome['attempt'] : 1
    this.runtimeDir = process.env[ENV.runtimeDir] || process.cwd()
    this.script = welcome?.['script'] ?? {}
    this.channel = channel
    this.alarm = new Alarm(channel)
    this.#events = events
    this.#faults = new FaultPlayer(
      (welcome?.['faults'] ?? []) as FaultOrder[],
      this.#stage(),
      (id, proof, next) => {
        channel?.send({ t: 'fired', id, proof })
        if (channel === undefined) next()
        else channel.whenSent(next)
      },
    )
    this.#faults.reach('start')
    // Not now: whoever is ready at once says so first, and pays for the socket afterwards.
    if (channel !== undefined) setImmediate(() => this.#listen(channel))
  }

  /** Says ready, when the faults of starting let it; resolves when it has. */
  ready(): Promise<void> {
    return (this.#readiness ??= this.#becomeReady())
  }

  /** Unless it has been said, ready never will be. */
  abandonReady(): void {
    this.#readyDelay = Infinity
  }

  /** Tells the test that the agent is at this point, plays the faults ordered for it, and waits for the test. */
  cue(name: string): Promise<void> {
    return new Promise((resolve) => {
      this.alarm.cue(name, resolve)
      this.#faults.reach({ cue: name })
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
    this.channel?.send({ t: 'message', body })
  }

  async #becomeReady(): Promise<void> {
    while (this.#readyDelay > 0) {
      const delay = this.#readyDelay
      if (delay === Infinity) return this.#never()
      this.#readyDelay = 0
      await this.sleep(delay)
    }
    this.#ready = true
    this.channel?.send({ t: 'ready' })
    this.#faults.reach('ready')
    this.#faults.schedule((ms, strike) => this.alarm.after(ms, strike, true))
  }

  #listen(channel: Channel): void {
    channel.listen({
      frame: (frame) => this.#receive(frame),
      lost: () => {
        this.#events.lost(this.#ignores)
        this.alarm.disconnected()
      },
    })
  }

  #receive(frame: RawFrame): void {
    if (frame.t === 'go') this.alarm.go(frame['n'])
    else if (frame.t === 'message') {
      this.#faults.reach({ message: ++this.#messages })
      this.#events.message((frame['body'] ?? null) as Json)
    } else if (frame.t === 'do') {
      const { id, name, options } = frame
      if (typeof id !== 'number' || typeof name !== 'string')
        die('the test sent a "do" without an id and a name.')
      this.#faults.play(id, name, (options ?? {}) as { [option: string]: Json })
    } else if (frame.t === 'undo') this.#faults.forget(frame['id'])
  }

  #stage(): Stage {
    const isReady = (): boolean => this.#ready
    return {
      get ready() {
        return isReady()
      },
      delayReady: (ms) => {
        this.#readyDelay += ms
      },
      ignore: (signal) => {
        // A process that was woken has to say again that it is at rest.
        ignoreSignal(signal, () => this.channel?.onActivity())
        this.#ignores = true
      },
      disconnect: () => {
        this.channel?.close()
        this.alarm.disconnected()
        this.#events.cut()
      },
      fall: (signal) => {
        if (endsProcess(signal)) this.channel?.farewell({ signal })
      },
      park: () => {
        if (this.channel !== undefined) this.channel.send({ t: 'parked', seen: this.channel.seen })
      },
    }
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
