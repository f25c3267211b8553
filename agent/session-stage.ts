import type { AgentFrame, AgentScript } from '../src/protocol/frames.ts'
import type { Alarm } from './alarm.ts'
import type { Channel } from './channel.ts'
import type { Connection, Stage } from './faults/stage.ts'
import { FileWrites } from './file-writes.ts'
import { endsProcess, takeSignal } from './signals.ts'

/** What an agent says first. */
export type Hello = Extract<AgentFrame, { t: 'hello' }>

/** What of a session faults can reach. */
export interface StageParts {
  readonly channel: Channel | undefined
  readonly alarm: Alarm
  readonly runtimeDir: string
  readonly script: AgentScript
}

/** What faults do to the process around them, and what a session has to know of that. */
export class SessionStage implements Stage {
  ready = false
  /** Whether messages are dropped instead of sent. */
  muted = false
  /** Whether a signal is answered otherwise than the program would. */
  ignores = false
  readonly runtimeDir: string
  readonly script: AgentScript
  readonly connection: Connection
  readonly #channel: Channel | undefined
  readonly #alarm: Alarm
  readonly #onWrite: (n: number) => void
  #readyDelay = 0
  #swallowed = false
  #writes: FileWrites | undefined

  /** @param onWrite the process is about to write to a file, the nth time */
  constructor(
    { channel, alarm, runtimeDir, script }: StageParts,
    hello: Hello,
    onWrite: (n: number) => void,
  ) {
    this.#channel = channel
    this.#alarm = alarm
    this.runtimeDir = runtimeDir
    this.script = script
    this.#onWrite = onWrite
    this.connection = {
      close: (last) => this.#cut(() => channel?.close(last)),
      halfClose: () => this.#cut(() => channel?.halfClose()),
      repeat: () => {
        channel?.send(hello)
        if (this.ready) channel?.send({ t: 'ready' })
      },
      write: (bytes) => channel?.write(bytes),
      slowDown: () => channel?.slowDown(),
      deafen: () => channel?.deafen(),
    }
  }

  delayReady(ms: number): void {
    this.#readyDelay += ms
  }

  /** How long ready has to wait once more. */
  readyDelay(): number {
    const delay = this.#readyDelay
    if (delay !== Infinity) this.#readyDelay = 0
    return delay
  }

  swallow(): void {
    this.#swallowed = true
  }

  /** Whether what is at hand is to be dropped, now that this has been done. */
  swallows(strike: () => unknown): boolean {
    this.#swallowed = false
    strike()
    return this.#swallowed
  }

  ignore(signal: NodeJS.Signals): void {
    this.answer(signal, () => {})
  }

  answer(signal: NodeJS.Signals, act: () => void): void {
    this.ignores = true
    takeSignal(signal, () => {
      // A process that was woken has to say again that it is at rest.
      this.#channel?.onActivity()
      act()
    })
  }

  later(ms: number, act: () => void): void {
    this.#alarm.after(ms, act)
  }

  mute(): void {
    this.muted = true
  }

  fall(signal: NodeJS.Signals): void {
    if (endsProcess(signal)) this.#channel?.farewell({ signal })
  }

  park(): void {
    this.#channel?.send({ t: 'parked', seen: this.#channel.seen })
  }

  fillDisk(): void {
    this.countWrites().fill()
  }

  countWrites(): FileWrites {
    return (this.#writes ??= new FileWrites((n) => this.swallows(() => this.#onWrite(n))))
  }

  async during(work: Promise<void>): Promise<void> {
    const channel = this.#channel
    const release = channel?.hold()
    if (channel) channel.busy++
    try {
      await work
    } finally {
      if (channel) channel.busy--
      release?.()
      channel?.onActivity()
    }
  }

  #cut(close: () => void): void {
    close()
    this.#alarm.disconnected()
  }
}
