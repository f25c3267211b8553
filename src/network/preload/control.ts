import type { AsyncResource } from 'node:async_hooks'
import type { Socket } from 'node:net'

import { builtin } from '../../preload/builtins.ts'
import type { GatewayFrame, PreloadFrame } from '../frames.ts'

/** What is asked: a frame but for its number. */
export type Question =
  | { readonly t: 'connect' | 'datagram'; readonly host: string; readonly port: number }
  | { readonly t: 'lookup'; readonly host: string }

/** What comes of it. `why` is there if the gateway could not be asked. */
export type Answer =
  | { readonly to: 'direct' }
  | { readonly to: 'gateway'; readonly port?: number; readonly address?: string }
  | { readonly to: 'nowhere'; readonly code: string; readonly why?: string }

/** A question that is open. Unless it is released, the process stays for its answer. */
export interface Open {
  hold(): void
  release(): void
}

/** What the gateway says, but for the number, or what is put in its place. */
type Reply = Answer | { readonly to: 'now' }

interface Waiting extends Open {
  readonly resource: AsyncResource
  readonly settle: (reply: Reply) => void
}

/*
 * As they were before the program could replace any of them.
 */
const { nextTick } = process
const { parse, stringify } = JSON

/**
 * The way to the gateway, opened with the first question. It holds the process only as long as a question is open. Once
 * it has ended, it stays so, and every question is answered with `nowhere`.
 */
export class Control {
  readonly #path: string
  readonly #hello: PreloadFrame
  readonly #waiting = new Map<number, Waiting>()
  readonly #holding = new Set<number>()
  #socket: Socket | undefined
  #connect: ((path: string) => Socket) | undefined
  #asked = 0
  #rest = ''
  #ended: string | undefined

  /** @param path the gateway's Unix socket */
  constructor(path: string) {
    this.#path = path
    const { SUPERVISE_AGENT: agent, SUPERVISE_MARK: mark } = process.env
    this.#hello = { t: 'hello', pid: process.pid, ...(agent ? { agent } : {}), ...(mark ? { mark } : {}) }
  }

  /** @param connect connects to a Unix socket, as it was before the program could put anything in between */
  connectBy(connect: (path: string) => Socket): void {
    this.#connect = connect
  }

  /** @param settle told the answer, once, later, in the asynchronous context of this call */
  ask(question: Question, settle: (answer: Answer) => void): Open {
    return this.#put(question, (reply) =>
      settle(reply.to === 'now' ? this.#refusal('it has not said where to go') : reply),
    )
  }

  /** @param settle told, as that of `ask`, whether the gateway has said that about so many ms are over: false if it cannot be asked */
  wake(ms: number, settle: (over: boolean) => void): Open {
    return this.#put({ t: 'wake', ms }, ({ to }) => settle(to === 'now'))
  }

  #put(question: Question | { readonly t: 'wake'; readonly ms: number }, settle: Waiting['settle']): Open {
    const n = ++this.#asked
    const { AsyncResource } = builtin('node:async_hooks')
    const waiting: Waiting = {
      resource: new AsyncResource('SuperviseQuestion'),
      settle,
      hold: () => this.#hold(n),
      release: () => this.#release(n),
    }
    if (this.#ended !== undefined) this.#answer(waiting, this.#refusal(this.#ended))
    else {
      this.#waiting.set(n, waiting)
      this.#send({ ...question, n })
      this.#hold(n)
    }
    return waiting
  }

  #send(frame: PreloadFrame): void {
    this.#socket ??= this.#open()
    this.#socket.write(stringify(frame) + '\n')
  }

  #open(): Socket {
    // With it comes the way to connect.
    builtin('node:net')
    const socket = this.#connect?.(this.#path)
    if (!socket)
      throw new Error('The network of the test (vitest-supervise) has not seen node:net being loaded.')
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.#read(text))
    socket.on('error', (error) => this.#end(error.message))
    socket.on('close', () => this.#end('the connection has ended'))
    socket.unref()
    socket.write(stringify(this.#hello) + '\n')
    return socket
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      try {
        const frame = parse(line) as GatewayFrame
        const waiting = this.#waiting.get(frame.n)
        this.#forget(frame.n)
        if (waiting) this.#answer(waiting, frame)
      } catch (error) {
        this.#end(`it said ${stringify(line.slice(0, 80))}: ${(error as Error).message}`)
        return
      }
    }
  }

  #answer(waiting: Waiting, reply: Reply): void {
    nextTick(() => waiting.resource.runInAsyncScope(waiting.settle, undefined, reply))
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return
    this.#ended = why
    this.#socket?.destroy()
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#holding.clear()
    for (const each of waiting) this.#answer(each, this.#refusal(why))
  }

  #refusal(why: string): Answer {
    return {
      to: 'nowhere',
      code: 'ECONNREFUSED',
      why: `the network of its test, at ${this.#path}, does not answer: ${why}`,
    }
  }

  #forget(n: number): void {
    this.#waiting.delete(n)
    this.#release(n)
  }

  #hold(n: number): void {
    if (!this.#waiting.has(n)) return
    this.#holding.add(n)
    this.#socket?.ref()
  }

  #release(n: number): void {
    this.#holding.delete(n)
    if (this.#holding.size === 0) this.#socket?.unref()
  }
}
