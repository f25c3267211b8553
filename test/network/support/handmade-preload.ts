import { once } from 'node:events'
import net from 'node:net'
import { createInterface } from 'node:readline'

/** What the gateway has answered to a question. */
export interface Answer {
  readonly n: number
  readonly to: string
  readonly port?: number
  readonly code?: string
  readonly address?: string
}

/** The connection by which a preload talks to the gateway, spoken by hand. */
export class HandmadePreload {
  readonly socket: net.Socket
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #questions = 0

  private constructor(socket: net.Socket) {
    this.socket = socket
    socket.on('error', () => {})
    createInterface(socket).on('line', (line) => {
      const answer = JSON.parse(line) as Answer
      this.#waiting.get(answer.n)?.(answer)
    })
  }

  static async connect(control: string, hello: object = { pid: 1 }): Promise<HandmadePreload> {
    const socket = net.connect(control)
    await once(socket, 'connect')
    const preload = new HandmadePreload(socket)
    preload.tell({ t: 'hello', ...hello })
    return preload
  }

  tell(frame: object): void {
    this.socket.write(`${JSON.stringify(frame)}\n`)
  }

  ask(t: string, question: object): Promise<Answer> {
    const n = ++this.#questions
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(n, resolve))
    this.tell({ t, n, ...question })
    return answer
  }

  /** The port at which the gateway takes what is for there. */
  async portFor(host: string, port: number): Promise<number> {
    const answer = await this.ask('connect', { host, port })
    return answer.port ?? Promise.reject(new Error(`the gateway answered ${JSON.stringify(answer)}`))
  }

  async end(): Promise<void> {
    this.socket.destroy()
    await once(this.socket, 'close')
  }
}
