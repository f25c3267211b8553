import type { WebSocket } from 'ws'

import { toMessage, toSendable, type WebSocketClientEnd, type WebSocketParts } from './websocket-client.ts'
import {
  CancelableMessageEvent,
  CloseEvent,
  Emitter,
  type Listener,
  type ListenerOptions,
  type WebSocketData,
} from './websocket-events.ts'
import { resultsOf, type WebSocketExtension } from './websocket-extension.ts'

const CONNECTING = 0
const OPEN = 1
const CLOSED = 3

/**
 * The real server's end of a WebSocket, as MSW's `WebSocketServerConnection`: there is none until `connect()` is called. From
 * then on messages go through in both directions, unless a listener prevents that.
 */
export class WebSocketServerEnd {
  /** Set by MSW 3. */
  extension?: WebSocketExtension
  readonly #client: WebSocketClientEnd
  readonly #dial: () => WebSocket
  readonly #context: () => object
  readonly #events: Emitter
  #real: WebSocket | undefined
  #closedHere = false

  /** @param dial begins to connect to the real server */
  constructor(
    client: WebSocketClientEnd,
    dial: () => WebSocket,
    parts: Pick<WebSocketParts, 'context' | 'failed'>,
  ) {
    this.#client = client
    this.#dial = dial
    this.#context = () => parts.context()
    this.#events = new Emitter(client.socket, (error) => parts.failed(error))
    client.onOutgoing = (data) => {
      if (this.#real) this.sendRaw(data)
      else this.#answerForServer(data)
    }
    client.onClose = ({ code, reason }) => {
      if (!this.#real || this.#real.readyState > OPEN) return
      this.#closedHere = true
      if (code === 1000 || (code >= 3000 && code <= 4999)) this.#real.close(code, reason)
      else if (code === 1006) this.#real.terminate()
      else this.#real.close()
    }
  }

  get readyState(): number {
    return this.#real?.readyState ?? CLOSED
  }

  /** The WebSocket to the real server. Throws before `connect()`. */
  get socket(): WebSocket {
    return this.#connected('server.socket')
  }

  connect(): void {
    if (this.#real && this.#real.readyState <= OPEN)
      throw new Error(
        `server.connect() was called twice for ${this.#client.url.href}: it is connected already.`,
      )
    const real = this.#dial()
    this.#real = real
    this.#closedHere = false
    real.on('open', () => this.#events.emit(new Event('open')))
    real.on('message', (data, isBinary) =>
      this.#receive(toMessage(data, isBinary, this.#client.socket.binaryType)),
    )
    real.on('error', () => {
      if (this.#events.emit(new Event('error', { cancelable: true }))) this.#client.fail()
    })
    real.on('close', (code, reason) => {
      if (this.#closedHere) return
      const closure = { code, reason: reason.toString(), wasClean: code !== 1006 }
      if (this.#events.emit(new CloseEvent(closure))) this.#client.close(code, closure.reason)
    })
  }

  addEventListener(type: string, listener: Listener, options?: ListenerOptions | boolean): void {
    this.#events.add(type, listener, options)
  }

  removeEventListener(type: string, listener: Listener, options?: ListenerOptions | boolean): void {
    this.#events.remove(type, listener, options)
  }

  /** Throws before `connect()`. What is sent before the connection is open is sent then. */
  send(data: unknown): void {
    this.#connected('server.send()')
    if (!this.extension) return this.sendRaw(data as WebSocketData)
    for (const frame of resultsOf(this.extension.encode(data, this.#messageContext())))
      this.sendRaw(frame as WebSocketData)
  }

  /** Sends what no extension translates. */
  sendRaw(data: WebSocketData): void {
    const real = this.#connected('server.send()')
    const sendable = toSendable(data)
    if (real.readyState === OPEN) real.send(sendable, () => {})
    else if (real.readyState === CONNECTING) real.once('open', () => real.send(sendable, () => {}))
  }

  /** Closes the connection to the real server alone. Throws before `connect()`. */
  close(): void {
    const real = this.#connected('server.close()')
    this.#closedHere = true
    if (real.readyState > OPEN) return
    real.close()
    queueMicrotask(() => this.#events.emit(new CloseEvent({ code: 1000, reason: '', wasClean: true })))
  }

  /** Ends the connection to the real server with the gateway. */
  terminate(): void {
    this.#closedHere = true
    this.#real?.terminate()
  }

  #receive(data: WebSocketData): void {
    const messages = this.extension ? resultsOf(this.extension.decode(data, this.#messageContext())) : [data]
    let goesOn = true
    for (const message of messages)
      goesOn = this.#events.emit(new CancelableMessageEvent(message, this.#client.url.origin)) && goesOn
    if (goesOn) this.#client.sendRaw(data)
  }

  /** Says what the protocol of an extension has a server say of itself. */
  #answerForServer(data: WebSocketData): void {
    for (const frame of resultsOf(this.#client.extension?.receive?.(data, this.#context())))
      this.#client.sendRaw(frame as WebSocketData)
  }

  #messageContext(): object {
    return { ...this.#context(), connection: this }
  }

  #connected(what: string): WebSocket {
    if (this.#real) return this.#real
    throw new Error(`${what} was used for ${this.#client.url.href} before server.connect(): call that first.`)
  }
}
