/** What a WebSocket carries. */
export type WebSocketData = string | ArrayBuffer | SharedArrayBuffer | ArrayBufferView | Blob

/** A message. Node's own, unlike browsers', has no default that can be prevented (nodejs/node#51767). */
export class CancelableMessageEvent extends Event {
  readonly data: unknown
  readonly origin: string
  readonly lastEventId = ''
  readonly source = null
  readonly ports: readonly [] = []

  constructor(data: unknown, origin: string) {
    super('message', { cancelable: true })
    this.data = data
    this.origin = origin
  }
}

export interface Closure {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

/** The end of a WebSocket, as browsers tell of it. Node 20 has none. */
export class CloseEvent extends Event implements Closure {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean

  constructor({ code, reason, wasClean }: Closure) {
    super('close', { cancelable: true })
    this.code = code
    this.reason = reason
    this.wasClean = wasClean
  }
}

export type Listener = ((event: Event) => void) | { handleEvent(event: Event): void }

export interface ListenerOptions {
  readonly once?: boolean
  readonly passive?: boolean
  readonly capture?: boolean
  readonly signal?: AbortSignal
}

/** Events whose listeners have another object as `this`, as those of MSW's connections have the socket. */
export class Emitter {
  readonly #target = new EventTarget()
  readonly #bound = new WeakMap<Listener, Listener>()
  readonly #self: object
  readonly #failed: (error: unknown) => void

  /** @param failed told what listeners throw */
  constructor(self: object, failed: (error: unknown) => void) {
    this.#self = self
    this.#failed = failed
  }

  add(type: string, listener: Listener, options?: ListenerOptions | boolean): void {
    this.#target.addEventListener(type, this.#bind(listener), options)
  }

  remove(type: string, listener: Listener, options?: ListenerOptions | boolean): void {
    this.#target.removeEventListener(type, this.#bind(listener), options)
  }

  /** Gives back whether its default goes on. */
  emit(event: Event): boolean {
    this.#target.dispatchEvent(event)
    return !event.defaultPrevented
  }

  #bind(listener: Listener): Listener {
    const known = this.#bound.get(listener)
    if (known) return known
    const bound = (event: Event): void => {
      try {
        if (typeof listener === 'function') Reflect.apply(listener, this.#self, [event])
        else listener.handleEvent(event)
      } catch (error) {
        this.#failed(error)
      }
    }
    this.#bound.set(listener, bound)
    return bound
  }
}
