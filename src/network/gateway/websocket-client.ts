import { randomUUID } from 'node:crypto'

import type { RawData, WebSocket } from 'ws'

import {
  CancelableMessageEvent,
  CloseEvent,
  type Closure,
  Emitter,
  type Listener,
  type ListenerOptions,
  type WebSocketData,
} from './websocket-events.ts'
import { resultsOf, type WebSocketExtension } from './websocket-extension.ts'

/** Codes of a closure that no frame may carry. RFC 6455, section 7.4.1. */
const NO_STATUS = 1005
const UNSENDABLE: ReadonlySet<number> = new Set([1004, 1006, 1015])

/** What MSW's connections offer as their `socket`. */
export class SocketFace extends EventTarget {
  readonly url: string
  protocol = ''
  readyState = 0
  /** What binary messages come as. */
  binaryType: 'arraybuffer' | 'blob' = 'arraybuffer'

  constructor(url: string) {
    super()
    this.url = url
  }
}

/** What the ends of a WebSocket share. */
export interface WebSocketParts {
  readonly url: URL
  /** The connection that the ends make. */
  context(): object
  /** Calls `event` when what the client does has its turn. */
  deliver(event: () => void): void
  /** Told what listeners throw. */
  failed(error: unknown): void
}

/**
 * The client's end of a WebSocket, as MSW's `WebSocketClientConnection`. What is sent to it before it is accepted is sent when
 * it is.
 */
export class WebSocketClientEnd {
  readonly id = randomUUID()
  readonly url: URL
  readonly socket: SocketFace
  /** Set by MSW 3. */
  extension?: WebSocketExtension
  readonly #parts: WebSocketParts
  readonly #events: Emitter
  #real: WebSocket | undefined
  #waiting: ((real: WebSocket) => void)[] = []
  #closure: Closure | undefined
  /** What the client has sent, on its way to the real server. */
  onOutgoing: (data: WebSocketData) => void = () => {}
  onClose: (closure: Closure) => void = () => {}

  constructor(parts: WebSocketParts) {
    const { url } = parts
    this.url = url
    this.socket = new SocketFace(url.href)
    this.#parts = parts
    this.#events = new Emitter(this.socket, (error) => parts.failed(error))
  }

  addEventListener(type: string, listener: Listener, options?: ListenerOptions | boolean): void {
    this.#events.add(type, listener, options)
  }

  removeEventListener(type: string, listener: Listener, options?: ListenerOptions | boolean): void {
    this.#events.remove(type, listener, options)
  }

  send(data: unknown): void {
    if (!this.extension) return this.sendRaw(data as WebSocketData)
    for (const frame of resultsOf(this.extension.encode(data, this.#messageContext())))
      this.sendRaw(frame as WebSocketData)
  }

  /** Sends what no extension translates. */
  sendRaw(data: WebSocketData): void {
    this.#whenOpen((real) => {
      if (real.readyState === real.OPEN) real.send(toSendable(data), () => {})
    })
  }

  /** @param code default: 1000. One that no frame carries breaks the connection off, or has none, as it says. */
  close(code = 1000, reason = ''): void {
    if (this.#closure) return
    this.#closure = { code, reason, wasClean: !UNSENDABLE.has(code) }
    this.socket.readyState = 2
    this.#whenOpen((real) => {
      if (UNSENDABLE.has(code)) real.terminate()
      else if (code === NO_STATUS) real.close()
      else real.close(code, reason)
    })
  }

  /** The WebSocket is open. */
  open(real: WebSocket): void {
    this.#real = real
    this.socket.protocol = real.protocol
    if (!this.#closure) this.socket.readyState = 1
    real.on('error', () => {}) // Its end follows.
    const { deliver } = this.#parts
    real.on('message', (data, isBinary) =>
      deliver(() => this.#receive(toMessage(data, isBinary, this.socket.binaryType))),
    )
    real.once('close', (code, reason) => deliver(() => this.end(code, reason.toString())))
    if (!this.#closure) {
      this.socket.dispatchEvent(new Event('open'))
      this.#events.emit(new Event('open'))
      for (const frame of resultsOf(this.extension?.connect?.(this.#parts.context())))
        this.sendRaw(frame as WebSocketData)
    }
    for (const act of this.#waiting.splice(0)) act(real)
  }

  /** The WebSocket has come to its end. */
  end(code: number, reason: string): void {
    if (this.socket.readyState === 3) return
    this.socket.readyState = 3
    this.#waiting = []
    this.#closure ??= { code, reason, wasClean: code !== 1006 }
    this.socket.dispatchEvent(new CloseEvent(this.#closure))
    this.#events.emit(new CloseEvent(this.#closure))
    this.onClose(this.#closure)
  }

  /** Something has failed at the other side. */
  fail(): void {
    this.socket.dispatchEvent(new Event('error'))
  }

  #receive(data: WebSocketData): void {
    const messages = this.extension ? resultsOf(this.extension.decode(data, this.#messageContext())) : [data]
    let goesOn = true
    for (const message of messages)
      goesOn = this.#events.emit(new CancelableMessageEvent(message, this.url.origin)) && goesOn
    if (goesOn) this.onOutgoing(data)
  }

  #messageContext(): object {
    return { ...this.#parts.context(), connection: this }
  }

  #whenOpen(act: (real: WebSocket) => void): void {
    if (this.#real) act(this.#real)
    else if (this.socket.readyState !== 3) this.#waiting.push(act)
  }
}

/** A message as a handler gets it. */
export function toMessage(data: RawData, isBinary: boolean, type: 'arraybuffer' | 'blob'): WebSocketData {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)
  if (!isBinary) return bytes.toString('utf8')
  return type === 'blob' ? new Blob([bytes]) : Uint8Array.from(bytes).buffer
}

/** Data as `ws` sends it. */
export function toSendable(data: WebSocketData): string | ArrayBuffer | Buffer | Blob {
  if (typeof data === 'string' || data instanceof ArrayBuffer || data instanceof Blob) return data
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (data instanceof SharedArrayBuffer) return Buffer.from(data)
  throw new TypeError(
    `A WebSocket sends strings, Blobs, ArrayBuffers and views of them, and not a ${typeof data}.`,
  )
}
