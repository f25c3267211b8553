import type net from 'node:net'

import { FrameChannel } from '../../protocol/channel.ts'
import type { RawFrame } from '../../protocol/ndjson.ts'
import type { Answerer } from '../answerer.ts'
import type { Client } from '../client.ts'
import type { GatewayFrame } from '../frames.ts'
import type { Destination } from '../verdict.ts'
import { Listeners } from './listeners.ts'
import type { Pulse } from './pulse.ts'

export interface ControlParts {
  readonly answerer: Answerer
  /** By which those are woken who ask for it. */
  readonly pulse: Pulse
  /** Takes what comes for a client. `onEnd` is to be called when that has ended. */
  take(client: Client, destination: Destination, raw: net.Socket, turn: number): void
}

/** What a thread of a process is told when nobody knows what to tell it. */
const REFUSED = { to: 'nowhere', code: 'ECONNREFUSED' } as const

/** One connection of a preload: what it asks is answered, until it ends. */
export class ControlSession {
  readonly #parts: ControlParts
  readonly #channel: FrameChannel
  #client: Client | undefined
  #listeners: Listeners | undefined
  readonly #asleep = new Set<() => void>()

  /** @param onEnd called once, when it has ended */
  constructor(socket: net.Socket, parts: ControlParts, onEnd: () => void) {
    this.#parts = parts
    this.#channel = new FrameChannel(socket, 'a process that is to be answered by the gateway', {
      onFrame: (frame) => this.#receive(frame),
      onEnd: () => {
        socket.destroy()
        for (const forget of this.#asleep) forget()
        if (this.#listeners) this.#listeners.close()
        else this.#client?.route.close()
        onEnd()
      },
    })
  }

  close(): void {
    this.#channel.socket.destroy()
  }

  #receive(frame: RawFrame): void {
    if (frame.t === 'hello') this.#introduce(frame)
    else if (this.#client && isWake(frame)) this.#wake(frame)
    else if (this.#client && isQuestion(frame)) void this.#answer(this.#client, frame)
    else
      this.#channel.refuse(`A process sent the gateway ${JSON.stringify(frame.t)} where that has no meaning.`)
  }

  #introduce({ pid, agent, mark }: RawFrame): void {
    if (this.#client) return this.#channel.refuse('A process said hello twice to the gateway.')
    const client = this.#parts.answerer.introduce({
      ...(typeof pid === 'number' && { pid }),
      ...(typeof agent === 'string' && { agent }),
      ...(typeof mark === 'string' && { mark }),
    })
    this.#client = client
    this.#listeners = new Listeners(
      (destination, raw, turn) => this.#parts.take(client, destination, raw, turn),
      () => client.route.close(),
    )
  }

  #wake({ n, ms }: Wake): void {
    const forget = this.#parts.pulse.after(ms, () => {
      this.#asleep.delete(forget)
      void this.#channel.send({ n, to: 'now' } satisfies GatewayFrame)
    })
    this.#asleep.add(forget)
  }

  async #answer(client: Client, question: Question): Promise<void> {
    const answer = await this.#decide(client, question).catch((): GatewayFrame => ({
      ...REFUSED,
      n: question.n,
    }))
    if (this.#channel.open) await this.#channel.send(answer)
  }

  async #decide(client: Client, question: Question): Promise<GatewayFrame> {
    const { t, n, host, port } = question
    const { answerer } = this.#parts
    if (t === 'lookup') return { n, ...(await answerer.lookup(client, host)) }
    const destination = { host, port: port ?? 0 }
    const verdict =
      t === 'datagram'
        ? await answerer.datagram(client, destination)
        : await answerer.connect(client, destination)
    if (verdict.to !== 'gateway') return { n, ...verdict }
    // The gateway takes connections alone.
    if (t === 'datagram') return { n, ...REFUSED }
    const own = await this.#listeners?.portFor(destination, n)
    return own === undefined ? { n, ...REFUSED } : { n, to: 'gateway', port: own }
  }
}

interface Question {
  readonly t: string
  readonly n: number
  readonly host: string
  readonly port?: number
}

interface Wake {
  readonly n: number
  readonly ms: number
}

function isWake(frame: RawFrame): frame is RawFrame & Wake {
  const { t, n, ms } = frame
  return t === 'wake' && typeof n === 'number' && typeof ms === 'number' && Number.isFinite(ms)
}

function isQuestion(frame: RawFrame): frame is RawFrame & Question {
  const { t, n, host, port } = frame
  if (typeof n !== 'number' || typeof host !== 'string') return false
  return t === 'lookup' || ((t === 'connect' || t === 'datagram') && isPort(port))
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535
}
